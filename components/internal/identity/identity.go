// Package identity makes the roles of machines.
package identity

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// MetricNamespace is where the machines and the app put their own metrics.
const MetricNamespace = "Ladder"

// Profile makes a role with these permissions, and the instance profile that carries it to machines. Beside them a
// machine may open a shell by AWS Systems Manager and send metrics.
func Profile(
	ctx *pulumi.Context, name string, permissions []iampolicy.Statement, parent pulumi.Resource,
) (*iam.InstanceProfile, error) {
	role, err := iam.NewRole(ctx, name+"-role", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Trust("ec2.amazonaws.com"),
		Tags:             tag.Of(name, name+"-role"),
	}, pulumi.Parent(parent))
	if err != nil {
		return nil, err
	}
	if _, err := iam.NewRolePolicy(ctx, name+"-permissions", &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: iampolicy.Document(slices.Concat(permissions, everyMachine())...),
	}, pulumi.Parent(parent)); err != nil {
		return nil, err
	}
	return iam.NewInstanceProfile(ctx, name+"-profile", &iam.InstanceProfileArgs{
		Role: role.Name,
		Tags: tag.Of(name, name+"-profile"),
	}, pulumi.Parent(parent))
}

// everyMachine is what has no names in IAM. AWS's own policy for the shell, AmazonSSMManagedInstanceCore, would let a
// machine read every parameter of the account as well.
func everyMachine() []iampolicy.Statement {
	anything := []pulumi.StringInput{pulumi.String("*")}
	return []iampolicy.Statement{
		{ // [AWS Systems Manager User Guide, minimal Session Manager permissions, 2026-09]
			Actions: []string{
				"ssm:UpdateInstanceInformation",
				"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
				"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
			},
			Resources: anything,
		},
		{ // The namespace bounds what CloudWatch cannot.
			Actions: []string{"cloudwatch:PutMetricData"}, Resources: anything,
			Conditions: map[string]map[string]string{"StringEquals": {"cloudwatch:namespace": MetricNamespace}},
		},
	}
}
