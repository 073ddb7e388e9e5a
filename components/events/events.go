// Package events carries what happened in one service to those who want to know: a topic, and a queue that follows it.
//
// Creates: an SNS topic, an SQS queue that is subscribed to it, a dead-letter queue, and their policies. All is
// encrypted with the stack's key and takes TLS only, and nobody but the topic may fill the queues. What the consumer
// got 10 times and what the topic could not deliver waits in the dead-letter queue for 14 days.
//
// Topic and queue are of the standard kind: they keep no order and may deliver twice, which the app's inbox bears, and
// take any number of events a second, while a FIFO topic's quota is in the thousands.
//
// What waits in the dead-letter queue goes back by hand, once its reason is gone: aws sqs start-message-move-task with
// the queue as --destination-arn, because SQS does not know where what SNS put there was going. Events that a consumer
// could not use are in its database instead (app events dead, app events replay).
//
// Stateful: the queues hold events that were published and had no effect yet. They are protected, and stay in AWS when
// they leave the stack.
//
// Cost: nothing by the month; 0.50 USD for a million events to the topic, 0.40 USD for a million calls of the queue: an
// event is deleted by one, and received with up to nine others (us-east-1, 2026-10). Keys are asked for once in five
// minutes, not for each event.
//
// Left out of what terraform-aws-modules/sns and sqs offer:
//   - More queues: there is one consumer. Another one takes a queue of its own beside this one, on the same topic.
//   - FIFO, as above.
//   - Filter policies: the consumer wants all events. They carry the attributes aggregate, type and key for the day
//     when one does not.
//   - Logs of deliveries: the topic's metrics count what fails, and the dead-letter queue keeps it.
//   - Data protection policies, tracing, signatures for HTTP: nothing here leaves AWS.
package events

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

const (
	day = 24 * 60 * 60 // seconds
	// An event's time is counted from its publication also in the dead-letter queue, where ten days are left to an
	// event that was never taken  [Amazon SQS Developer Guide, Dead-letter queues].
	keepSeconds     = 4 * day
	keepDeadSeconds = 14 * day // the most
	// The app says 30 seconds with each call, and prolongs them while it works  [app/events/snsbus].
	visibilitySeconds = 30
	waitSeconds       = 20 // of a long poll, the most
	// The app gives up on an event after 5 tries and keeps it in its database, so that a message that comes more often
	// is none that it can read, or one whose outcome was lost.
	maxReceives = 10
)

// Args describe a topic and its queue.
type Args struct {
	Key *key.Key // encrypts what waits; of the same region; required
}

// Events is a topic and the queue that follows it.
type Events struct {
	pulumi.ResourceState

	URL            pulumi.StringOutput `pulumi:"url"`       // EVENTS_URL of the app
	TopicARN       pulumi.StringOutput `pulumi:"topicArn"`  // known once the queue follows: earlier events would be lost
	TopicName      pulumi.StringOutput `pulumi:"topicName"` // in CloudWatch
	QueueARN       pulumi.StringOutput `pulumi:"queueArn"`
	QueueURL       pulumi.StringOutput `pulumi:"queueUrl"`
	QueueName      pulumi.StringOutput `pulumi:"queueName"` // in CloudWatch
	DeadLetterARN  pulumi.StringOutput `pulumi:"deadLetterArn"`
	DeadLetterName pulumi.StringOutput `pulumi:"deadLetterName"` // in CloudWatch

	keyARN pulumi.StringOutput
}

// New makes a topic and its queue. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Events, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	e := &Events{keyARN: args.Key.ARN}
	if err := ctx.RegisterComponentResource("ladder:events:Events", name, e, opts...); err != nil {
		return nil, fmt.Errorf("events %q: %w", name, err)
	}
	topic, err := e.topic(ctx, name)
	if err != nil {
		return nil, err
	}
	dead, err := e.queue(ctx, name+"-dead", name, &sqs.QueueArgs{
		MessageRetentionSeconds: pulumi.Int(keepDeadSeconds),
	})
	if err != nil {
		return nil, err
	}
	queue, err := e.queue(ctx, name+"-queue", name, &sqs.QueueArgs{
		MessageRetentionSeconds:  pulumi.Int(keepSeconds),
		VisibilityTimeoutSeconds: pulumi.Int(visibilitySeconds),
		ReceiveWaitTimeSeconds:   pulumi.Int(waitSeconds),
		RedrivePolicy:            document(dead.Arn, redrive),
	})
	if err != nil {
		return nil, err
	}
	if err := e.subscribe(ctx, name, topic, queue, dead); err != nil {
		return nil, err
	}
	e.TopicName, e.QueueName, e.DeadLetterName = topic.Name, queue.Name, dead.Name
	e.QueueARN, e.QueueURL, e.DeadLetterARN = queue.Arn, queue.Url, dead.Arn
	e.URL = address(e.TopicARN, e.QueueURL)
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{
		"url": e.URL, "topicArn": e.TopicARN, "topicName": e.TopicName, "queueArn": e.QueueARN, "queueUrl": e.QueueURL,
		"queueName": e.QueueName, "deadLetterArn": e.DeadLetterARN, "deadLetterName": e.DeadLetterName,
	})
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("events", name)
	c.Given(args.Key != nil, "Key", "a key component of the same region, that encrypts events while they wait")
	return args, c.Err()
}

func (e *Events) topic(ctx *pulumi.Context, name string) (*sns.Topic, error) {
	return sns.NewTopic(ctx, name+"-topic", &sns.TopicArgs{
		KmsMasterKeyId: e.keyARN,
		Tags:           tag.Of(name, name+"-topic"),
	}, pulumi.Parent(e), pulumi.Protect(true), pulumi.RetainOnDelete(true))
}

func (e *Events) queue(ctx *pulumi.Context, child, name string, args *sqs.QueueArgs) (*sqs.Queue, error) {
	args.KmsMasterKeyId = e.keyARN
	args.KmsDataKeyReusePeriodSeconds = pulumi.Int(300)
	args.Tags = tag.Of(name, child)
	return sqs.NewQueue(ctx, child, args, pulumi.Parent(e), pulumi.Protect(true), pulumi.RetainOnDelete(true))
}

// subscribe joins the parts, in the order in which nothing is lost: who may send is said before anybody does.
func (e *Events) subscribe(ctx *pulumi.Context, name string, topic *sns.Topic, queue, dead *sqs.Queue) error {
	policies, err := e.policies(ctx, name, topic, queue, dead)
	if err != nil {
		return err
	}
	subscription, err := sns.NewTopicSubscription(ctx, name+"-subscription", &sns.TopicSubscriptionArgs{
		Topic:              topic.Arn,
		Protocol:           pulumi.String("sqs"),
		Endpoint:           queue.Arn,
		RawMessageDelivery: pulumi.Bool(true), // without an envelope: the app reads both, and pays by the byte
		// SNS does not try again when the queue or its key refuses an event  [Amazon SNS, Message delivery retries].
		RedrivePolicy: document(dead.Arn, func(arn string) any { return map[string]any{"deadLetterTargetArn": arn} }),
	}, pulumi.Parent(e), pulumi.DependsOn(policies))
	if err != nil {
		return err
	}
	e.TopicARN = subscription.Topic
	return nil
}

func redrive(arn string) any {
	return map[string]any{"deadLetterTargetArn": arn, "maxReceiveCount": maxReceives}
}

// document is JSON made of an ARN.
func document(arn pulumi.StringInput, of func(arn string) any) pulumi.StringOutput {
	return arn.ToStringOutput().ApplyT(func(arn string) (string, error) {
		text, err := json.Marshal(of(arn))
		return string(text), err
	}).(pulumi.StringOutput)
}

// address is in the form that app/events/dial reads.
func address(topic, queue pulumi.StringInput) pulumi.StringOutput {
	return pulumi.All(topic, queue).ApplyT(func(values []any) string {
		query := url.Values{"topic": {values[0].(string)}, "queue": {values[1].(string)}}
		return (&url.URL{Scheme: "sns", RawQuery: query.Encode()}).String()
	}).(pulumi.StringOutput)
}
