package events_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// role is what a pod runs as; the test needs no provider's SDK.
type role struct{ pulumi.CustomResourceState }

// program makes the events, and a role that publishes and one that consumes, each of which has the URL for a name.
func program(ctx *pulumi.Context) error {
	k, err := key.New(ctx, "key", nil)
	if err != nil {
		return err
	}
	e, err := events.New(ctx, "events", &events.Args{Key: k})
	if err != nil {
		return err
	}
	for name, statements := range map[string][]iampolicy.Statement{"publisher": e.Publisher(), "consumer": e.Consumer()} {
		if err := ctx.RegisterResource("aws:iam/rolePolicy:RolePolicy", name, pulumi.Map{
			"role": pulumi.String(name), "policy": iampolicy.Document(statements...), "name": e.URL,
		}, &role{}); err != nil {
			return err
		}
	}
	return nil
}

// text returns an input that is a string.
func text(t *testing.T, g *graph.Graph, name, input string) string {
	t.Helper()
	value, is := graphtest.Find(t, g, name).Inputs[input].(string)
	require.True(t, is, "%s.%s", name, input)
	return value
}

// arns are those of topic, queue and dead-letter queue, as the policies name them.
func arns(t *testing.T, g *graph.Graph) (topic, queue, dead string) {
	t.Helper()
	var redrive struct{ DeadLetterTargetARN string }
	require.NoError(t, json.Unmarshal([]byte(text(t, g, "events-queue", "redrivePolicy")), &redrive))
	return text(t, g, "events-topic-policy", "arn"), text(t, g, "events-subscription", "endpoint"), redrive.DeadLetterTargetARN
}

func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	topic, queue, dead := arns(t, g)
	require.JSONEq(t, `{"deadLetterTargetArn": "`+dead+`", "maxReceiveCount": 10}`, text(t, g, "events-queue", "redrivePolicy"))
	require.JSONEq(t, `{"redrivePermission": "byQueue", "sourceQueueArns": ["`+queue+`"]}`,
		text(t, g, "events-dead-sources", "redriveAllowPolicy"))
	subscription := graphtest.Find(t, g, "events-subscription")
	require.Equal(t, topic, subscription.Inputs["topic"])
	require.Equal(t, true, subscription.Inputs["rawMessageDelivery"])
	require.JSONEq(t, `{"deadLetterTargetArn": "`+dead+`"}`, text(t, g, "events-subscription", "redrivePolicy"),
		"what the queue refuses is not lost")
	for _, policy := range []string{"events-topic-policy", "events-queue-policy", "events-dead-policy"} {
		require.Contains(t, subscription.Options.DependsOn, graphtest.Find(t, g, policy).URN, "nothing is sent before it may be")
	}
	queued, buried := graphtest.Find(t, g, "events-queue").Inputs, graphtest.Find(t, g, "events-dead").Inputs
	require.Greater(t, buried["messageRetentionSeconds"], queued["messageRetentionSeconds"],
		"an event's age goes on in the dead-letter queue")
	for _, name := range []string{"events-topic", "events-queue", "events-dead"} {
		require.True(t, graphtest.Find(t, g, name).Options.RetainOnDelete, name)
	}
}

// The queue waits as the app does: [app/events/snsbus].
func TestTheAppsTimes(t *testing.T) {
	t.Parallel()
	queue := graphtest.Find(t, graphtest.Record(t, program), "events-queue").Inputs
	require.InDelta(t, 30, queue["visibilityTimeoutSeconds"], 0)
	require.InDelta(t, 20, queue["receiveWaitTimeSeconds"], 0)
}

// Everything is encrypted with the stack's key, which is asked for seldom: a call for each event would cost more than
// the events.
func TestEncryption(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	for _, name := range []string{"events-topic", "events-queue", "events-dead"} {
		require.Contains(t, text(t, g, name, "kmsMasterKeyId"), ":key/", name)
	}
	require.InDelta(t, 300, graphtest.Find(t, g, "events-queue").Inputs["kmsDataKeyReusePeriodSeconds"], 0)
	require.Contains(t, text(t, g, "key-key", "policy"), `"sns.amazonaws.com"`,
		"without the key the topic cannot fill the queue")
}

func TestOnlyTheTopicFillsTheQueues(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	topic, queue, dead := arns(t, g)
	for name, arn := range map[string]string{"events-queue-policy": queue, "events-dead-policy": dead} {
		require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Deny", "Action": ["sqs:*"], "Principal": {"AWS": ["*"]}, "Resource": ["`+arn+`"],
			 "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
			{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Principal": {"Service": ["sns.amazonaws.com"]},
			 "Resource": ["`+arn+`"], "Condition": {"ArnEquals": {"aws:SourceArn": "`+topic+`"}}}
		]}`, text(t, g, name, "policy"), name)
	}
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Deny", "Action": ["sns:Publish"], "Principal": {"AWS": ["*"]}, "Resource": ["`+topic+`"],
		 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
	]}`, text(t, g, "events-topic-policy", "policy"))
}

func TestRolesMayDoTheirPartOnly(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	topic, queue, _ := arns(t, g)
	encryption := text(t, g, "events-topic", "kmsMasterKeyId")
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["`+topic+`"]},
		{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": ["`+encryption+`"]}
	]}`, text(t, g, "publisher", "policy"))
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
		 "Resource": ["`+queue+`"]},
		{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": ["`+encryption+`"]}
	]}`, text(t, g, "consumer", "policy"))
}

// The app finds both again in its URL, whatever is in them.
func TestURL(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	topic, _, _ := arns(t, g)
	parsed, err := url.Parse(text(t, g, "publisher", "name"))
	require.NoError(t, err)
	require.Equal(t, "sns", parsed.Scheme)
	require.Equal(t, topic, parsed.Query().Get("topic"))
	require.Equal(t, text(t, g, "events-queue-policy", "queueUrl"), parsed.Query().Get("queue"))
}
