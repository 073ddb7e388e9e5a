package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// subnets makes every tier in every zone. Each part is a resource of its own, named by slot, so that another
// zone or another tier changes none that exists.
func (n *Network) subnets(
	ctx *pulumi.Context, name string, args Args, plan map[string]map[Tier]string, vpc *ec2.Vpc,
) error {
	t := tiers{ctx: ctx, network: n, name: name, vpc: vpc}
	if err := t.endpoint(args.Region); err != nil {
		return err
	}
	public, err := t.publicRoutes()
	if err != nil {
		return err
	}
	for _, slot := range args.slots() {
		zone := args.Zones[slot]
		subnet, err := t.subnet("public", slot, zone, plan[slot][Public], public)
		if err != nil {
			return err
		}
		n.Public = append(n.Public, subnet)
		if args.has(App) {
			if err := t.app(slot, zone, plan[slot][App], subnet); err != nil {
				return err
			}
		}
	}
	if !args.has(Data) {
		return nil
	}
	return t.data(args, plan)
}

// tiers is what the parts of a network share while they are made.
type tiers struct {
	ctx      *pulumi.Context
	network  *Network
	name     string
	vpc      *ec2.Vpc
	s3       *ec2.VpcEndpoint
	internet *ec2.InternetGateway
}

// endpoint lets the tiers reach S3 without NAT, for nothing.
func (t *tiers) endpoint(region string) (err error) {
	t.s3, err = ec2.NewVpcEndpoint(t.ctx, t.name+"-s3", &ec2.VpcEndpointArgs{
		VpcId:           t.vpc.ID(),
		ServiceName:     pulumi.Sprintf("com.amazonaws.%s.s3", region),
		VpcEndpointType: pulumi.String("Gateway"),
		Tags:            tag.Of(t.name, t.name+"-s3"),
	}, pulumi.Parent(t.network))
	return err
}

func (t *tiers) publicRoutes() (routes *ec2.RouteTable, err error) {
	t.internet, err = ec2.NewInternetGateway(t.ctx, t.name+"-internet", &ec2.InternetGatewayArgs{
		VpcId: t.vpc.ID(),
		Tags:  tag.Of(t.name, t.name+"-internet"),
	}, pulumi.Parent(t.network))
	if err != nil {
		return nil, err
	}
	if routes, err = t.routes("public"); err != nil {
		return nil, err
	}
	return routes, t.route("public", routes, &ec2.RouteArgs{GatewayId: t.internet.ID()})
}

// app makes a private subnet that reaches the internet through a NAT gateway in its own zone.
func (t *tiers) app(slot, zone, cidr string, public Subnet) error {
	child := t.name + "-nat-" + slot
	address, err := ec2.NewEip(t.ctx, child+"-address", &ec2.EipArgs{
		Domain: pulumi.String("vpc"),
		Tags:   tag.Of(t.name, child+"-address"),
	}, pulumi.Parent(t.network), pulumi.Protect(true)) // others open their firewalls for it
	if err != nil {
		return err
	}
	nat, err := ec2.NewNatGateway(t.ctx, child, &ec2.NatGatewayArgs{
		AllocationId: address.ID(),
		SubnetId:     public.ID,
		Tags:         tag.Of(t.name, child),
	}, pulumi.Parent(t.network), pulumi.DependsOn([]pulumi.Resource{t.internet})) // AWS's own order, hidden here
	if err != nil {
		return err
	}
	routes, err := t.routes("app-" + slot + "-out")
	if err != nil {
		return err
	}
	if err := t.route("app-"+slot+"-out", routes, &ec2.RouteArgs{NatGatewayId: nat.ID()}); err != nil {
		return err
	}
	t.network.Private = append(t.network.Private, RouteTable{"app-" + slot, routes.ID().ToStringOutput()})
	subnet, err := t.subnet("app", slot, zone, cidr, routes)
	t.network.App = append(t.network.App, subnet)
	return err
}

// data makes the subnets that reach nothing outside the VPC but S3.
func (t *tiers) data(args Args, plan map[string]map[Tier]string) error {
	routes, err := t.routes("data")
	if err != nil {
		return err
	}
	t.network.Private = append(t.network.Private, RouteTable{"data", routes.ID().ToStringOutput()})
	for _, slot := range args.slots() {
		subnet, err := t.subnet("data", slot, args.Zones[slot], plan[slot][Data], routes)
		if err != nil {
			return err
		}
		t.network.Data = append(t.network.Data, subnet)
	}
	return nil
}

// routes makes a route table from which S3 can be reached. The endpoint is joined by a resource of its own:
// a list in the endpoint would change with every table.
func (t *tiers) routes(part string) (*ec2.RouteTable, error) {
	child := t.name + "-" + part
	routes, err := ec2.NewRouteTable(t.ctx, child, &ec2.RouteTableArgs{
		VpcId: t.vpc.ID(),
		Tags:  tag.Of(t.name, child),
	}, pulumi.Parent(t.network))
	if err != nil {
		return nil, err
	}
	_, err = ec2.NewVpcEndpointRouteTableAssociation(t.ctx, child+"-s3",
		&ec2.VpcEndpointRouteTableAssociationArgs{RouteTableId: routes.ID(), VpcEndpointId: t.s3.ID()},
		pulumi.Parent(t.network))
	return routes, err
}

// route sends what has no other route through the gateway in args.
func (t *tiers) route(part string, routes *ec2.RouteTable, args *ec2.RouteArgs) error {
	args.RouteTableId = routes.ID()
	args.DestinationCidrBlock = pulumi.String("0.0.0.0/0")
	_, err := ec2.NewRoute(t.ctx, t.name+"-"+part+"-internet", args, pulumi.Parent(t.network))
	return err
}

func (t *tiers) subnet(tier, slot, zone, cidr string, routes *ec2.RouteTable) (Subnet, error) {
	child := t.name + "-" + tier + "-" + slot
	subnet, err := ec2.NewSubnet(t.ctx, child, &ec2.SubnetArgs{
		VpcId:            t.vpc.ID(),
		AvailabilityZone: pulumi.String(zone),
		CidrBlock:        pulumi.String(cidr),
		Tags:             tag.Of(t.name, child),
	}, pulumi.Parent(t.network))
	if err != nil {
		return Subnet{}, err
	}
	_, err = ec2.NewRouteTableAssociation(t.ctx, child+"-routes", &ec2.RouteTableAssociationArgs{
		SubnetId:     subnet.ID(),
		RouteTableId: routes.ID(),
	}, pulumi.Parent(t.network))
	return Subnet{Slot: slot, Zone: zone, CIDR: cidr, ID: subnet.ID().ToStringOutput()}, err
}
