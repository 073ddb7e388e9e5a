package components_test

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/cdn"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/peering"
)

// twoRegions registers what joins a region to another, and what stands before both: six components.
func twoRegions(ctx *pulumi.Context, home *network.Network, primary *aurora.Aurora) error {
	here, err := aws.NewProvider(ctx, "aws-home", &aws.ProviderArgs{Region: pulumi.String(home.Region)})
	if err != nil {
		return err
	}
	there, err := aws.NewProvider(ctx, "aws-secondary", &aws.ProviderArgs{Region: pulumi.String("us-west-2")})
	if err != nil {
		return err
	}
	in := pulumi.Providers(there)
	k, err := key.New(ctx, "key-secondary", nil, in)
	if err != nil {
		return err
	}
	net, err := network.New(ctx, "net-secondary", &network.Args{
		Region: "us-west-2", CIDR: "10.1.0.0/16", Zones: map[string]string{"a": "us-west-2a", "b": "us-west-2b"},
		Tiers: []network.Tier{network.App, network.Data},
	}, in)
	if err != nil {
		return err
	}
	global, err := globaldb.New(ctx, "global", &globaldb.Args{Primary: primary, Region: home.Region})
	if err != nil {
		return err
	}
	secondary, err := aurora.New(ctx, "cluster-secondary", &aurora.Args{
		VPCID: net.VPCID, Subnets: net.Data, Key: k, Major: 17, Global: global.Secondary(),
	}, in)
	if err != nil {
		return err
	}
	if _, err := cdn.New(ctx, "cdn", &cdn.Args{
		Domain: "www.shop.example.com", HostedZoneID: "Z0123456789ABC", Edge: here,
		Documents: map[string][]byte{"index.html": nil},
	}); err != nil {
		return err
	}
	_, err = peering.New(ctx, "peering", &peering.Args{
		Home: peering.Side{
			Network: home, Provider: here, Databases: map[string]pulumi.StringInput{"cluster": primary.SecurityGroupID},
		},
		Secondary: peering.Side{
			Network: net, Provider: there, Databases: map[string]pulumi.StringInput{"cluster": secondary.SecurityGroupID},
		},
	})
	return err
}
