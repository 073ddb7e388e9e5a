package fleet_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
)

// Two servers, in two zones, of an app whose data is elsewhere.
func Example() {
	build := func(ctx *pulumi.Context, net *network.Network, k *key.Key, signing *tokenkey.TokenKey,
		app *release.Release, data *topology.Topology,
	) error {
		servers, err := fleet.New(ctx, "app", &fleet.Args{
			Network: net, Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 2,
		})
		if err != nil {
			return err
		}
		ctx.Export("addresses", pulumi.ToStringArrayOutput(servers.Addresses))
		return nil
	}
	_ = build
}
