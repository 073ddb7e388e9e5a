package aurora

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const port = 5432

// firewall opens the database to the named clients. Rules are resources of their own: rules inside the group
// would fight with them. The description never changes: it would replace the group.
func (a *Aurora) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(ctx, name+"-firewall", &ec2.SecurityGroupArgs{
		VpcId:       args.VPCID,
		Description: pulumi.String("database"),
		Tags:        tag.Of(name, name+"-firewall"),
	}, pulumi.Parent(a), pulumi.IgnoreChanges([]string{"description"}))
	if err != nil {
		return nil, err
	}
	for _, client := range args.clients() {
		child := name + "-firewall-" + client
		if _, err := vpc.NewSecurityGroupIngressRule(ctx, child, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId:           group.ID(),
			ReferencedSecurityGroupId: args.Clients[client],
			IpProtocol:                pulumi.String("tcp"),
			FromPort:                  pulumi.Int(port),
			ToPort:                    pulumi.Int(port),
			Tags:                      tag.Of(name, child),
		}, pulumi.Parent(a)); err != nil {
			return nil, err
		}
	}
	return group, nil
}

// monitoring makes the role in which RDS writes the operating system's metrics, and its policy.
func (a *Aurora) monitoring(ctx *pulumi.Context, name string) (*iam.Role, pulumi.Resource, error) {
	role, err := iam.NewRole(ctx, name+"-monitoring-role", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Trust("monitoring.rds.amazonaws.com"),
		Tags:             tag.Of(name, name+"-monitoring-role"),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicyAttachment(ctx, name+"-monitoring-policy", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
	}, pulumi.Parent(a))
	return role, policy, err
}
