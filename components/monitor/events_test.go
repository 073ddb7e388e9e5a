package monitor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

var told = &events.Events{TopicName: text("topic"), QueueName: text("queue"), DeadLetterName: text("dead")}

// Each alarm reads the metric of the part that it speaks of.
func TestEvents(t *testing.T) {
	t.Parallel()
	args := phases[3]
	args.Watches = append(args.Watches[:len(args.Watches):len(args.Watches)], Events(told))
	g := record(t, args)
	for name, want := range map[string][]any{
		"age":    {"ApproximateAgeOfOldestMessage", map[string]any{"QueueName": "queue"}},
		"dead":   {"ApproximateNumberOfMessagesVisible", map[string]any{"QueueName": "dead"}},
		"failed": {"NumberOfNotificationsFailed", map[string]any{"TopicName": "topic"}},
		"lost":   {"NumberOfNotificationsFailedToRedriveToDlq", map[string]any{"TopicName": "topic"}},
	} {
		alarm := graphtest.Find(t, g, "monitor-events-"+name).Inputs
		require.Equal(t, want, []any{alarm["metricName"], alarm["dimensions"]}, name)
		require.Equal(t, quiet, alarm["treatMissingData"], "queues that nobody uses report nothing")
	}
	backlog := graphtest.Find(t, g, "monitor-events-backlog").Inputs
	require.InDelta(t, 6, backlog["evaluationPeriods"], 0, "a burst is no reason to wake anybody")
	require.Len(t, backlog["metricQueries"], 3)
}

func TestEventsMistakes(t *testing.T) {
	t.Parallel()
	args := good()
	args.Watches = append(args.Watches[:len(args.Watches):len(args.Watches)], Events(nil))
	require.Contains(t, graphtest.Error(t, program(*args)), "got nothing, want Events of an events component")
}
