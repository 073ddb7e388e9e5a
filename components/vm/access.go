package vm

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// MetricNamespace is where the machine and the app put their own metrics.
const MetricNamespace = "Ladder"

const anywhere = "0.0.0.0/0"

// firewall opens what the app serves to everyone, and HTTPS outwards. Rules are resources of their own: rules
// inside the group would fight with them. The description never changes: it would replace the group.
func (v *VM) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(ctx, name+"-firewall", &ec2.SecurityGroupArgs{
		VpcId:       args.Network.VPCID,
		Description: pulumi.String("server"),
		Tags:        tag.Of(name, name+"-firewall"),
	}, pulumi.Parent(v), pulumi.IgnoreChanges([]string{"description"}))
	if err != nil {
		return nil, err
	}
	ports := []struct {
		part string
		port int
	}{{"http", 80}}
	if args.Domain != "" {
		ports = append(ports, struct {
			part string
			port int
		}{"https", 443})
	}
	for _, open := range ports {
		child := name + "-firewall-" + open.part
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, child, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(),
			CidrIpv4:        pulumi.String(anywhere),
			IpProtocol:      pulumi.String("tcp"),
			FromPort:        pulumi.Int(open.port),
			ToPort:          pulumi.Int(open.port),
			Tags:            tag.Of(name, child),
		}, pulumi.Parent(v)); err != nil {
			return nil, err
		}
	}
	child := name + "-firewall-out"
	_, err = vpc.NewSecurityGroupEgressRule(ctx, child, &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: group.ID(),
		CidrIpv4:        pulumi.String(anywhere),
		IpProtocol:      pulumi.String("tcp"),
		FromPort:        pulumi.Int(443), // AWS's services, packages and certificates; DNS and time need no rule
		ToPort:          pulumi.Int(443),
		Tags:            tag.Of(name, child),
	}, pulumi.Parent(v))
	return group, err
}

// identity makes the machine's role and returns the name of its instance profile.
func (v *VM) identity(
	ctx *pulumi.Context, name string, args Args, backups *s3.BucketV2, logs *cloudwatch.LogGroup,
) (pulumi.StringInput, error) {
	role, err := iam.NewRole(ctx, name+"-role", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Trust("ec2.amazonaws.com"),
		Tags:             tag.Of(name, name+"-role"),
	}, pulumi.Parent(v))
	if err != nil {
		return nil, err
	}
	if _, err := iam.NewRolePolicyAttachment(ctx, name+"-shell", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"),
	}, pulumi.Parent(v)); err != nil {
		return nil, err
	}
	if _, err := iam.NewRolePolicy(ctx, name+"-permissions", &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: iampolicy.Document(args.permissions(backups, logs)...),
	}, pulumi.Parent(v)); err != nil {
		return nil, err
	}
	profile, err := iam.NewInstanceProfile(ctx, name+"-profile", &iam.InstanceProfileArgs{
		Role: role.Name,
		Tags: tag.Of(name, name+"-profile"),
	}, pulumi.Parent(v))
	if err != nil {
		return nil, err
	}
	return profile.Name, nil
}

// permissions are what the machine's scripts call, and nothing else.
func (a Args) permissions(backups *s3.BucketV2, logs *cloudwatch.LogGroup) []iampolicy.Statement {
	on := func(arns ...pulumi.StringInput) []pulumi.StringInput { return arns }
	return []iampolicy.Statement{
		{Actions: []string{"ssm:GetParameter"}, Resources: on(a.Release.ParameterARN)},
		{Actions: []string{"s3:GetObject"}, Resources: on(pulumi.Sprintf("%s/*", a.Release.BucketARN))},
		{Actions: []string{"s3:ListBucket"}, Resources: on(backups.Arn)},
		{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: on(pulumi.Sprintf("%s/*", backups.Arn))},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: on(a.Credential.ARN)},
		{Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: on(a.Key.ARN)},
		{
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: on(logs.Arn, pulumi.Sprintf("%s:*", logs.Arn)),
		},
		{ // CloudWatch names no resource for metrics; the namespace bounds it.
			Actions: []string{"cloudwatch:PutMetricData"}, Resources: on(pulumi.String("*")),
			Conditions: map[string]map[string]string{"StringEquals": {"cloudwatch:namespace": MetricNamespace}},
		},
	}
}
