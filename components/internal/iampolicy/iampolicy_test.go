package iampolicy_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// attached is a policy of IAM; the test needs no provider's SDK.
type attached struct{ pulumi.CustomResourceState }

func document(t *testing.T, statements ...iampolicy.Statement) string {
	t.Helper()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		return ctx.RegisterResource("aws:iam/rolePolicy:RolePolicy", "policy", pulumi.Map{
			"role": pulumi.String("role"), "policy": iampolicy.Document(statements...),
		}, &attached{})
	})
	text, _ := graphtest.Find(t, g, "policy").Inputs["policy"].(string)
	return text
}

func TestDocument(t *testing.T) {
	t.Parallel()
	on := func(arns ...string) []pulumi.StringInput {
		var list []pulumi.StringInput
		for _, arn := range arns {
			list = append(list, pulumi.String(arn))
		}
		return list
	}
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["a", "b"]},
		{"Effect": "Deny", "Action": ["s3:*"], "Resource": ["c"], "Principal": {"AWS": ["*"]},
		 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
	]}`, document(t,
		iampolicy.Statement{Actions: []string{"s3:GetObject"}, Resources: on("a", "b")},
		iampolicy.Statement{
			Deny: true, Actions: []string{"s3:*"}, Resources: on("c"), Accounts: []string{"*"},
			Conditions: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
		}), "each statement has its own resources")
}

func TestTrust(t *testing.T) {
	t.Parallel()
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": ["ec2.amazonaws.com"]}}
	]}`, document(t, iampolicy.Statement{Actions: []string{"sts:AssumeRole"}, Services: []string{"ec2.amazonaws.com"}}))
}

// A source comes from another resource, and stands beside the other conditions.
func TestSource(t *testing.T) {
	t.Parallel()
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["queue"], "Principal": {"Service": ["sns.amazonaws.com"]},
		 "Condition": {"ArnEquals": {"aws:SourceArn": "topic"}, "Bool": {"aws:SecureTransport": "true"}}},
		{"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": ["other"]}
	]}`, document(t,
		iampolicy.Statement{
			Actions: []string{"sqs:SendMessage"}, Resources: []pulumi.StringInput{pulumi.String("queue")},
			Services: []string{"sns.amazonaws.com"}, Source: pulumi.String("topic"),
			Conditions: map[string]map[string]string{"Bool": {"aws:SecureTransport": "true"}},
		},
		iampolicy.Statement{
			Actions: []string{"sqs:ReceiveMessage"}, Resources: []pulumi.StringInput{pulumi.String("other")},
		}))
}
