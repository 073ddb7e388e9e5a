package vm

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/identity"
)

// MetricNamespace is where the machine and the app put their own metrics.
const MetricNamespace = identity.MetricNamespace

// firewall opens what the app serves to everyone, and HTTPS outwards: AWS's services, packages and certificates. DNS
// and time need no rule.
func (v *VM) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	child := name + "-firewall"
	group, err := firewall.New(ctx, name, child, "server", args.Network.VPCID, v)
	if err != nil {
		return nil, err
	}
	rules := []firewall.Rule{
		{Name: child + "-http", Group: group.ID(), Port: 80},
		{Name: child + "-out", Group: group.ID(), Port: 443, Out: true},
	}
	if args.Domain != "" {
		rules = append(rules, firewall.Rule{Name: child + "-https", Group: group.ID(), Port: 443})
	}
	return group, firewall.Open(ctx, name, v, rules...)
}

// permissions are what the machine's scripts call, and nothing else.
func (a Args) permissions(backups *s3.BucketV2, logs *cloudwatch.LogGroup) []iampolicy.Statement {
	on := func(arns ...pulumi.StringInput) []pulumi.StringInput { return arns }
	return []iampolicy.Statement{
		{Actions: []string{"ssm:GetParameter"}, Resources: on(a.Release.ParameterARN)},
		{Actions: []string{"s3:GetObject"}, Resources: on(pulumi.Sprintf("%s/*", a.Release.BucketARN))},
		{Actions: []string{"s3:ListBucket"}, Resources: on(backups.Arn)},
		{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: on(pulumi.Sprintf("%s/*", backups.Arn))},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: on(a.Credential.ARN, a.TokenKey.ARN)},
		{Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: on(a.Key.ARN)},
		{
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: on(logs.Arn, pulumi.Sprintf("%s:*", logs.Arn)),
		},
	}
}
