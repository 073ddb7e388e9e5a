package network_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/network"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1",
			Zones:  map[string]string{"a": "us-east-1a", "b": "us-east-1b"},
		})
		if err != nil {
			return err
		}
		ctx.Export("vpc", net.VPCID)
		return nil
	})
}
