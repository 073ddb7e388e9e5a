package eks_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
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
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b"},
			Tiers: []network.Tier{network.App},
		})
		if err != nil {
			return err
		}
		cluster, err := eks.New(ctx, "cluster", &eks.Args{
			Network: net, Version: "1.36", Key: k, Admins: []string{"arn:aws:iam::123456789012:role/deploy"},
		})
		if err != nil {
			return err
		}
		ctx.Export("cluster", cluster.Name)
		return nil
	})
}
