package peering_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/peering"
)

// Two networks are joined, and the apps of each reach the database of the other.
func Example() {
	build := func(ctx *pulumi.Context, home, secondary *network.Network, atHome, there *aurora.Aurora,
		homeProvider, secondaryProvider pulumi.ProviderResource,
	) error {
		_, err := peering.New(ctx, "peering", &peering.Args{
			Home: peering.Side{
				Network: home, Provider: homeProvider,
				Databases: map[string]pulumi.StringInput{"aurora": atHome.SecurityGroupID},
			},
			Secondary: peering.Side{
				Network: secondary, Provider: secondaryProvider,
				Databases: map[string]pulumi.StringInput{"aurora": there.SecurityGroupID},
			},
		})
		return err
	}
	_ = build
}
