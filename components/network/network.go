// Package network makes a VPC whose address plan is final from the first phase on.
//
// Creates: a VPC, an internet gateway, a public route table, one public subnet for each zone, an S3 gateway
// endpoint, and an emptied default security group. On demand also a data tier, whose subnets reach nothing
// outside the VPC, and an app tier, whose subnets reach the internet through a NAT gateway in their zone.
//
// The plan cuts the VPC into 16 equal subnets: four zone slots (a to d) of four tiers (public, app, data,
// spare). A slot keeps its addresses for ever, so that a new zone or a new tier only adds subnets.
//
// Cost: nothing by the month without the app tier; with it 36.50 USD for each zone (NAT gateway 0.045 and its
// address 0.005 USD an hour) and 0.045 USD for a GB through NAT. Traffic between zones costs 0.01 USD/GB each
// way (Amazon VPC and EC2 pricing, us-east-1, 2026-09).
//
// Stateless, but everything lives in it: its address range can never change without replacing all.
//
// Left out of what the large modules offer: IPv6, secondary ranges and flow logs, which no phase needs; one NAT
// gateway for all zones, which would end them all with its own.
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
	Tiers    []Tier            // App, Data or both, beside Public; default none
}

// Network is the VPC.
type Network struct {
	pulumi.ResourceState

	Region string              // AWS region
	VPCID  pulumi.StringOutput `pulumi:"vpcId"`
	CIDR   string              // address range
	// The subnets of each tier in slot order, one for each zone; empty for a tier that was not asked for.
	Public, App, Data []Subnet
	Private           []RouteTable // of the app and the data tier, for what joins networks
}

// RouteTable is where subnets that the internet cannot reach find their ways out.
type RouteTable struct {
	Name string // "app-a" and the like, one for each zone, and "data"
	ID   pulumi.StringOutput
}

// Subnet is one subnet of the plan.
type Subnet struct {
	Slot string // a to d
	Zone string // availability zone
	CIDR string // address range
	ID   pulumi.StringOutput
}

// New makes a network. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Network, error) {
	args, plan, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	n := &Network{Region: args.Region, CIDR: args.CIDR}
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
	if err := n.subnets(ctx, name, args, plan, vpc); err != nil {
		return nil, err
	}
	n.VPCID = vpc.ID().ToStringOutput()
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": n.VPCID})
}
