// Package peering joins the networks of two regions, so that an app in either reaches the databases of both.
//
// Creates: a peering connection that the secondary network's side accepts, routes to each other in the app and data
// tiers of both, and rules that let the app subnets of each into the databases of the other. They are rules by range,
// because a security group counts in its own region only, and they are there both ways, because a switchover exchanges
// who writes. Nothing else passes: no other group is opened, and the public tiers have no route.
//
// Stateless. An app loses its writes to the other region with it, and nothing in its own.
//
// Cost: nothing by the month; traffic between us-east-1 and us-west-2 0.02 USD/GB, paid by the sending side, other
// pairs of regions more or less (Amazon EC2 pricing, data transfer, 2026-09).
//
// Left out of what the large modules offer: other accounts, IPv6 and routes for single subnets, which nothing here
// needs; a transit gateway, which pays from the third network on.
package peering

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/network"
)

// databasePort is where PostgreSQL listens.
const databasePort = 5432

// Args describe a peering.
type Args struct {
	Home      Side // asks for the connection; required
	Secondary Side // accepts it, in another region; required
}

// Side is a network with what stands in it.
type Side struct {
	Network  *network.Network        // with the tiers App and Data; required
	Provider pulumi.ProviderResource // of the network's region; required: a resource without lands anywhere
	// Databases are the security groups that the other side's app subnets reach at 5432: a name to an id; default none.
	Databases map[string]pulumi.StringInput
}

// Peering is the connection of two networks.
type Peering struct {
	pulumi.ResourceState

	ConnectionID pulumi.StringOutput `pulumi:"connectionId"`
}

// New joins two networks. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Peering, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	p := &Peering{}
	if err := ctx.RegisterComponentResource("ladder:peering:Peering", name, p, opts...); err != nil {
		return nil, fmt.Errorf("peering %q: %w", name, err)
	}
	connection, err := p.connect(ctx, name, args)
	if err != nil {
		return nil, err
	}
	for _, way := range []way{
		{"home", args.Home, args.Secondary.Network}, {"secondary", args.Secondary, args.Home.Network},
	} {
		if err := p.open(ctx, name, way, connection); err != nil {
			return nil, err
		}
	}
	p.ConnectionID = connection
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{"connectionId": p.ConnectionID})
}

// connect asks and accepts. It returns the accepted connection's id: AWS sets options of no other.
func (p *Peering) connect(ctx *pulumi.Context, name string, args Args) (pulumi.StringOutput, error) {
	home := []pulumi.ResourceOption{pulumi.Parent(p), pulumi.Provider(args.Home.Provider)}
	secondary := []pulumi.ResourceOption{pulumi.Parent(p), pulumi.Provider(args.Secondary.Provider)}
	asked, err := ec2.NewVpcPeeringConnection(ctx, name+"-connection", &ec2.VpcPeeringConnectionArgs{
		VpcId:      args.Home.Network.VPCID,
		PeerVpcId:  args.Secondary.Network.VPCID,
		PeerRegion: pulumi.String(args.Secondary.Network.Region),
		Tags:       tag.Of(name, name+"-connection"),
	}, home...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	accepted, err := ec2.NewVpcPeeringConnectionAccepter(ctx, name+"-accepter", &ec2.VpcPeeringConnectionAccepterArgs{
		VpcPeeringConnectionId: asked.ID(),
		AutoAccept:             pulumi.Bool(true),
		Tags:                   tag.Of(name, name+"-accepter"),
	}, secondary...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	// Each side's option is its own to set. Hosts' names then lead to their private addresses from the other side too.
	if _, err := ec2.NewPeeringConnectionOptions(ctx, name+"-home-names", &ec2.PeeringConnectionOptionsArgs{
		VpcPeeringConnectionId: accepted.ID(),
		Requester:              ec2.PeeringConnectionOptionsRequesterArgs{AllowRemoteVpcDnsResolution: pulumi.Bool(true)},
	}, home...); err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = ec2.NewPeeringConnectionOptions(ctx, name+"-secondary-names", &ec2.PeeringConnectionOptionsArgs{
		VpcPeeringConnectionId: accepted.ID(),
		Accepter:               ec2.PeeringConnectionOptionsAccepterArgs{AllowRemoteVpcDnsResolution: pulumi.Bool(true)},
	}, secondary...)
	return accepted.ID().ToStringOutput(), err
}

// way leads from one side to the network on the other.
type way struct {
	name  string
	from  Side
	other *network.Network
}

// open routes a side's private tiers to the other network, and lets the other's app subnets into the side's databases.
func (p *Peering) open(ctx *pulumi.Context, name string, w way, connection pulumi.StringOutput) error {
	for _, table := range w.from.Network.Private {
		if _, err := ec2.NewRoute(ctx, fmt.Sprintf("%s-%s-route-%s", name, w.name, table.Name), &ec2.RouteArgs{
			RouteTableId:           table.ID,
			DestinationCidrBlock:   pulumi.String(w.other.CIDR),
			VpcPeeringConnectionId: connection,
		}, pulumi.Parent(p), pulumi.Provider(w.from.Provider)); err != nil {
			return err
		}
	}
	var rules []firewall.Rule
	for _, database := range w.from.databases() {
		for _, subnet := range w.other.App {
			rules = append(rules, firewall.Rule{
				Name:  fmt.Sprintf("%s-%s-%s-from-%s", name, w.name, database, subnet.Slot),
				Group: w.from.Databases[database], CIDR: subnet.CIDR, Port: databasePort, Provider: w.from.Provider,
			})
		}
	}
	return firewall.Open(ctx, name, p, rules...)
}
