package monitor

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/internal/check"
)

const (
	lateSeconds = 300 // of an event that waits; a consumer that is well takes it at once
	// backlogMinutes is how long a queue may grow: a burst is over by then, a consumer that is too slow is not.
	backlogMinutes = 30
)

// Events watches a topic and its queue: what waits too long, what nobody could use, and what was not delivered.
func Events(e *events.Events) Watch {
	return Watch{
		kind: "Events",
		check: func(c *check.Args, field string) {
			c.Given(e != nil, field, "Events of an events component")
		},
		alarms: func(scope) []alarm { return eventsAlarms(e) },
		charts: func(scope) []chart { return eventsCharts(e) },
	}
}

// queue are the metrics of a queue.
func queue(name pulumi.StringInput) func(name, statistic string) metric {
	return per("AWS/SQS", pulumi.StringMap{"QueueName": name})
}

// topic are the metrics of a topic.
func topic(name pulumi.StringInput) func(name, statistic string) metric {
	return per("AWS/SNS", pulumi.StringMap{"TopicName": name})
}

// The queues tell CloudWatch nothing while nobody has used them for six hours  [Amazon SQS Developer Guide, CloudWatch
// metrics], and the topic tells of failures only.
func eventsAlarms(e *events.Events) []alarm {
	waiting, dead, published := queue(e.QueueName), queue(e.DeadLetterName), topic(e.TopicName)
	return []alarm{
		{
			name: "events-age", why: "an event waits for more than 5 minutes: its consumer is away, or too slow",
			metric: waiting("ApproximateAgeOfOldestMessage", "Maximum"), comparison: above, threshold: lateSeconds,
			minutes: 1, periods: 3, missing: quiet,
		},
		{
			name: "events-dead",
			why: "the dead-letter queue holds what was not delivered, or is no event; look at it, end the reason, and " +
				"send it again with: aws sqs start-message-move-task --destination-arn ARN_OF_THE_QUEUE",
			metric: dead("ApproximateNumberOfMessagesVisible", "Maximum"), comparison: above, threshold: 0,
			minutes: 5, periods: 1, missing: quiet,
		},
		{
			name: "events-failed",
			why: "the topic could not fill its queue: look at the queue's policy and at the key's; " +
				"the events wait in the dead-letter queue",
			metric: published("NumberOfNotificationsFailed", "Sum"), comparison: above, threshold: 0,
			minutes: 5, periods: 1, missing: quiet,
		},
		{
			name: "events-lost",
			why: "the topic could fill neither its queue nor the dead-letter queue: events are lost; " +
				"end the reason, then have them told again with: app events republish",
			metric: published("NumberOfNotificationsFailedToRedriveToDlq", "Sum"), comparison: above, threshold: 0,
			minutes: 5, periods: 1, missing: quiet,
		},
		{
			name: "events-backlog",
			why:  "for half an hour more than a tenth of the events has not been done with: give the consumer more pods",
			metric: metric{
				expression: "100 * (came - went) / came",
				parts: map[string]metric{
					"came": waiting("NumberOfMessagesSent", "Sum"), "went": waiting("NumberOfMessagesDeleted", "Sum"),
				},
			},
			comparison: above, threshold: 10,
			minutes: 5, periods: backlogMinutes / 5, missing: quiet,
		},
	}
}

func eventsCharts(e *events.Events) []chart {
	waiting, dead, published := queue(e.QueueName), queue(e.DeadLetterName), topic(e.TopicName)
	return []chart{
		{
			title: "Age of the oldest event, seconds", lines: lines(waiting("ApproximateAgeOfOldestMessage", "Maximum")),
			limit: lateSeconds, label: "alarm",
		},
		{title: "Events", lines: []line{
			{metric: waiting("NumberOfMessagesSent", "Sum"), label: "came"},
			{metric: waiting("NumberOfMessagesDeleted", "Sum"), label: "done"},
		}},
		{title: "Events that wait", lines: []line{
			{metric: waiting("ApproximateNumberOfMessagesVisible", "Maximum"), label: "for a consumer"},
			{metric: waiting("ApproximateNumberOfMessagesNotVisible", "Maximum"), label: "in work, or for another try"},
			{metric: dead("ApproximateNumberOfMessagesVisible", "Maximum"), label: "as dead letters"},
		}},
		{title: "Deliveries", lines: []line{
			{metric: published("NumberOfMessagesPublished", "Sum"), label: "published"},
			{metric: published("NumberOfNotificationsFailed", "Sum"), label: "failed"},
		}},
	}
}
