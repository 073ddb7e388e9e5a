package aurora

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const port = 5432

// firewall lets the clients in, and the cluster nowhere: answers and AWS's own replication need no rule.
func (a *Aurora) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	child := name + "-firewall"
	group, err := firewall.New(ctx, name, child, "database", args.VPCID, a)
	if err != nil {
		return nil, err
	}
	var rules []firewall.Rule
	for _, client := range args.clients() {
		rules = append(rules, firewall.Rule{
			Name: child + "-" + client, Group: group.ID(), Peer: args.Clients[client], Port: port,
		})
	}
	return group, firewall.Open(ctx, name, a, rules...)
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
