// Package firewall makes security groups and the rules that open them.
//
// A group is made empty, and each rule is a resource of its own: rules inside a group would fight with them, and two
// groups could not name each other (pitfalls P1 and P2 of security groups). So a new peer only adds a rule.
package firewall

import (
	"cmp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Everyone is every IPv4 address.
const Everyone = "0.0.0.0/0"

// Rule opens one TCP port of a group, inwards unless Out. It keeps state: answers need no rule.
type Rule struct {
	Name  string             // logical name of the resource
	Group pulumi.StringInput // id of the security group
	Peer  pulumi.StringInput // id of the security group at the other end
	CIDR  string             // its range, where it has no group that counts here; neither of both is everyone
	Port  int
	Out   bool
	// Provider of the group's region, where it is not the parent's.
	Provider pulumi.ProviderResource
}

// New makes a group that lets nothing through. The description is shown in the console and never changes: another one
// would replace the group, and what uses it would not let the old one go.
func New(
	ctx *pulumi.Context, component, child, description string, vpcID pulumi.StringInput, parent pulumi.Resource,
) (*ec2.SecurityGroup, error) {
	return ec2.NewSecurityGroup(ctx, child, &ec2.SecurityGroupArgs{
		VpcId:       vpcID,
		Description: pulumi.String(description),
		Tags:        tag.Of(component, child),
	}, pulumi.Parent(parent), pulumi.IgnoreChanges([]string{"description"}))
}

// Open makes rules.
func Open(ctx *pulumi.Context, component string, parent pulumi.Resource, rules ...Rule) error {
	for _, r := range rules {
		open, opts := r.in, []pulumi.ResourceOption{pulumi.Parent(parent)}
		if r.Out {
			open = r.out
		}
		if r.Provider != nil {
			opts = append(opts, pulumi.Provider(r.Provider))
		}
		if err := open(ctx, component, opts...); err != nil {
			return err
		}
	}
	return nil
}

func (r Rule) in(ctx *pulumi.Context, component string, opts ...pulumi.ResourceOption) error {
	args := &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: r.Group, IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(r.Port), ToPort: pulumi.Int(r.Port),
		Tags: tag.Of(component, r.Name),
	}
	if r.Peer == nil {
		args.CidrIpv4 = pulumi.String(cmp.Or(r.CIDR, Everyone))
	} else {
		args.ReferencedSecurityGroupId = r.Peer
	}
	_, err := vpc.NewSecurityGroupIngressRule(ctx, r.Name, args, opts...)
	return err
}

func (r Rule) out(ctx *pulumi.Context, component string, opts ...pulumi.ResourceOption) error {
	args := &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: r.Group, IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(r.Port), ToPort: pulumi.Int(r.Port),
		Tags: tag.Of(component, r.Name),
	}
	if r.Peer == nil {
		args.CidrIpv4 = pulumi.String(cmp.Or(r.CIDR, Everyone))
	} else {
		args.ReferencedSecurityGroupId = r.Peer
	}
	_, err := vpc.NewSecurityGroupEgressRule(ctx, r.Name, args, opts...)
	return err
}
