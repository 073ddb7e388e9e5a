package cache_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a"},
		})
		if err != nil {
			return err
		}
		c, err := cache.New(ctx, "cache", &cache.Args{
			VPCID: net.VPCID, Subnets: net.Public, Version: "8.0", Key: k,
		})
		if err != nil {
			return err
		}
		ctx.Export("cache", c.Endpoint)
		return nil
	})
}
