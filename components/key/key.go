// Package key makes the KMS key that encrypts everything a stack keeps.
//
// Creates: a KMS key with yearly rotation and an alias. Stateful: without the key its volumes, snapshots,
// backups and secrets are unreadable, so that it is protected and stays in AWS when it leaves the stack.
//
// Cost: 1.00 USD a month, 0.03 USD for 10,000 calls (AWS KMS pricing, us-east-1, 2026-09).
package key

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Args describe a key; it has no choices.
type Args struct{}

// Key is a KMS key.
type Key struct {
	pulumi.ResourceState

	ARN pulumi.StringOutput `pulumi:"arn"`
}

// New makes a key. The account keeps full control of it through IAM; alarms, budgets and cost anomalies may
// use it to publish to an encrypted topic, because those services cannot use AWS's own keys, and the account's
// topics to fill encrypted queues.
func New(ctx *pulumi.Context, name string, _ *Args, opts ...pulumi.ResourceOption) (*Key, error) {
	k := &Key{}
	if err := ctx.RegisterComponentResource("ladder:key:Key", name, k, opts...); err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Parent(k))
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	everything := []pulumi.StringInput{pulumi.String("*")} // in a key policy: this key
	master, err := kms.NewKey(ctx, name+"-key", &kms.KeyArgs{
		Description:          pulumi.Sprintf("encrypts what the stack %s keeps", ctx.Stack()),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(30),
		Policy: iampolicy.Document(
			iampolicy.Statement{
				Actions: []string{"kms:*"}, Resources: everything,
				Accounts: []string{fmt.Sprintf("arn:aws:iam::%s:root", caller.AccountId)},
			},
			iampolicy.Statement{
				Actions: []string{"kms:Decrypt", "kms:GenerateDataKey*"}, Resources: everything,
				Services:   []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"},
				Conditions: map[string]map[string]string{"StringEquals": {"aws:SourceAccount": caller.AccountId}},
			},
			iampolicy.Statement{
				Actions: []string{"kms:Decrypt", "kms:GenerateDataKey*"}, Resources: everything,
				Services: []string{"sns.amazonaws.com"},
				Conditions: map[string]map[string]string{
					"ArnLike": {"aws:SourceArn": fmt.Sprintf("arn:aws:sns:*:%s:*", caller.AccountId)},
				},
			},
		),
		Tags: tag.Of(name, name+"-key"),
	}, pulumi.Parent(k), pulumi.Protect(true), pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, err
	}
	if _, err := kms.NewAlias(ctx, name+"-alias", &kms.AliasArgs{
		Name:        pulumi.Sprintf("alias/%s-%s", ctx.Project(), ctx.Stack()),
		TargetKeyId: master.KeyId,
	}, pulumi.Parent(k)); err != nil {
		return nil, err
	}
	k.ARN = master.Arn
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"arn": k.ARN})
}
