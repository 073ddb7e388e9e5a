package events

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
)

// Publisher is what a role needs to publish.
func (e *Events) Publisher() []iampolicy.Statement {
	return []iampolicy.Statement{
		{Actions: []string{"sns:Publish"}, Resources: []pulumi.StringInput{e.TopicARN}}, // batches, too
		{Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: []pulumi.StringInput{e.keyARN}},
	}
}

// Consumer is what a role needs to take events.
func (e *Events) Consumer() []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"},
			Resources: []pulumi.StringInput{e.QueueARN},
		},
		{Actions: []string{"kms:Decrypt"}, Resources: []pulumi.StringInput{e.keyARN}},
	}
}

// policies say who may do what. Publisher and consumer need no word here: the account's roles are let in by their own
// policies.
func (e *Events) policies(
	ctx *pulumi.Context, name string, topic *sns.Topic, queue, dead *sqs.Queue,
) ([]pulumi.Resource, error) {
	plain := map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}}
	overTLS, err := sns.NewTopicPolicy(ctx, name+"-topic-policy", &sns.TopicPolicyArgs{
		Arn: topic.Arn,
		Policy: iampolicy.Document(iampolicy.Statement{
			Deny: true, Actions: []string{"sns:Publish"}, Accounts: []string{"*"}, // a topic's policy knows no sns:*
			Resources: []pulumi.StringInput{topic.Arn}, Conditions: plain,
		}),
	}, pulumi.Parent(e))
	if err != nil {
		return nil, err
	}
	all := []pulumi.Resource{overTLS}
	for _, of := range []struct {
		child string
		queue *sqs.Queue
	}{{name + "-queue-policy", queue}, {name + "-dead-policy", dead}} {
		arn := []pulumi.StringInput{of.queue.Arn}
		policy, err := sqs.NewQueuePolicy(ctx, of.child, &sqs.QueuePolicyArgs{
			QueueUrl: of.queue.Url,
			Policy: iampolicy.Document(
				iampolicy.Statement{
					Deny: true, Actions: []string{"sqs:*"}, Accounts: []string{"*"}, Resources: arn, Conditions: plain,
				},
				iampolicy.Statement{
					Actions: []string{"sqs:SendMessage"}, Services: []string{"sns.amazonaws.com"}, Resources: arn,
					Source: topic.Arn,
				},
			),
		}, pulumi.Parent(e))
		if err != nil {
			return nil, err
		}
		all = append(all, policy)
	}
	allowed, err := sqs.NewRedriveAllowPolicy(ctx, name+"-dead-sources", &sqs.RedriveAllowPolicyArgs{
		QueueUrl: dead.Url,
		RedriveAllowPolicy: document(queue.Arn, func(arn string) any {
			return map[string]any{"redrivePermission": "byQueue", "sourceQueueArns": []string{arn}}
		}),
	}, pulumi.Parent(e))
	return append(all, allowed), err
}
