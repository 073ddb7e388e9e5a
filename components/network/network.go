// Package network makes a VPC whose address plan is final from the first phase on.
//
// Creates: a VPC, an internet gateway, a public route table, one public subnet for each zone, an S3 gateway
// endpoint, and an emptied default security group. No NAT gateway: public subnets need none.
//
// The plan cuts the VPC into 16 equal subnets: four zone slots (a to d) of four tiers (public, app, data,
// spare). A slot keeps its addresses for ever, so that a new zone or a new tier only adds subnets.
//
// Cost: nothing by the month; traffic between zones costs 0.01 USD/GB each way (cost.md, us-east-1, 2026-09).
// Stateless, but everything lives in it: its address range can never change without replacing all.
package network

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Args describe a network.
type Args struct {
	Region   string            // AWS region of the zones; required
	CIDR     string            // private IPv4 range, /16 to /22; default "10.0.0.0/16"
	Zones    map[string]string // slot (a to d) to availability zone; 1 to 4, required
	Reserved []string          // ranges the network must not overlap (office, VPN, other VPCs); default none
}

// Network is the VPC.
type Network struct {
	pulumi.ResourceState

	VPCID pulumi.StringOutput `pulumi:"vpcId"`
	// Public are the subnets with a route to the internet, in slot order, one for each zone.
	Public []Subnet
}

// Subnet is one subnet of the plan.
type Subnet struct {
	Slot string // a to d
	Zone string // availability zone
	ID   pulumi.StringOutput
}

// New makes a network. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Network, error) {
	args, plan, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	n := &Network{}
	if err := ctx.RegisterComponentResource("ladder:network:Network", name, n, opts...); err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	vpc, err := ec2.NewVpc(ctx, name+"-vpc", &ec2.VpcArgs{
		CidrBlock:          pulumi.String(args.CIDR),
		EnableDnsHostnames: pulumi.Bool(true),
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               tag.Of(name, name+"-vpc"),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	// Taking the default group over removes its rules: what names no group reaches nothing.
	if _, err := ec2.NewDefaultSecurityGroup(ctx, name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: vpc.ID(),
		Tags:  tag.Of(name, name+"-default"),
	}, pulumi.Parent(n)); err != nil {
		return nil, err
	}
	routes, err := n.publicRoutes(ctx, name, vpc)
	if err != nil {
		return nil, err
	}
	for _, slot := range args.slots() {
		if err := n.publicSubnet(ctx, name, slot, args.Zones[slot], plan[slot][Public], vpc, routes); err != nil {
			return nil, err
		}
	}
	if _, err := ec2.NewVpcEndpoint(ctx, name+"-s3", &ec2.VpcEndpointArgs{
		VpcId:           vpc.ID(),
		ServiceName:     pulumi.Sprintf("com.amazonaws.%s.s3", args.Region),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   pulumi.StringArray{routes.ID()},
		Tags:            tag.Of(name, name+"-s3"),
	}, pulumi.Parent(n)); err != nil {
		return nil, err
	}
	n.VPCID = vpc.ID().ToStringOutput()
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": n.VPCID})
}

func (n *Network) publicRoutes(ctx *pulumi.Context, name string, vpc *ec2.Vpc) (*ec2.RouteTable, error) {
	gateway, err := ec2.NewInternetGateway(ctx, name+"-internet", &ec2.InternetGatewayArgs{
		VpcId: vpc.ID(),
		Tags:  tag.Of(name, name+"-internet"),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	routes, err := ec2.NewRouteTable(ctx, name+"-public", &ec2.RouteTableArgs{
		VpcId: vpc.ID(),
		Tags:  tag.Of(name, name+"-public"),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	_, err = ec2.NewRoute(ctx, name+"-public-internet", &ec2.RouteArgs{
		RouteTableId:         routes.ID(),
		DestinationCidrBlock: pulumi.String("0.0.0.0/0"),
		GatewayId:            gateway.ID(),
	}, pulumi.Parent(n))
	return routes, err
}

func (n *Network) publicSubnet(
	ctx *pulumi.Context, name, slot, zone, cidr string, vpc *ec2.Vpc, routes *ec2.RouteTable,
) error {
	child := name + "-public-" + slot
	subnet, err := ec2.NewSubnet(ctx, child, &ec2.SubnetArgs{
		VpcId:            vpc.ID(),
		AvailabilityZone: pulumi.String(zone),
		CidrBlock:        pulumi.String(cidr),
		Tags:             tag.Of(name, child),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	_, err = ec2.NewRouteTableAssociation(ctx, child+"-routes", &ec2.RouteTableAssociationArgs{
		SubnetId:     subnet.ID(),
		RouteTableId: routes.ID(),
	}, pulumi.Parent(n))
	n.Public = append(n.Public, Subnet{Slot: slot, Zone: zone, ID: subnet.ID().ToStringOutput()})
	return err
}
