package web_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/web"
)

// Two to six machines behind a load balancer, with a second release for every twentieth user.
func Example() {
	build := func(ctx *pulumi.Context, net *network.Network, k *key.Key, signing *tokenkey.TokenKey,
		app, next *release.Release, data *topology.Topology,
	) error {
		servers, err := web.New(ctx, "web", &web.Args{
			Network: net, Machines: web.Range{Min: 2, Max: 6},
			Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC",
			Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 3,
			Canary: &web.Canary{Release: next, Weight: 5},
		})
		if err != nil {
			return err
		}
		ctx.Export("balancer", servers.DNSName)
		return nil
	}
	_ = build
}
