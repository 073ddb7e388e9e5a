package aurora_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

// A cluster needs a place, a key, an owner and a PostgreSQL major; this one answers reads with 2 to 5 readers.
func Example() {
	build := func(ctx *pulumi.Context, net *network.Network, data []network.Subnet, web pulumi.StringInput,
		k *key.Key, owner *credential.Credential,
	) error {
		db, err := aurora.New(ctx, "db", &aurora.Args{
			VPCID: net.VPCID, Subnets: data, Clients: map[string]pulumi.StringInput{"web": web},
			Key: k, Credential: owner, Major: 17,
			Class: "db.r7g.xlarge", Readers: aurora.Readers{Min: 2, Max: 5},
		})
		if err != nil {
			return err
		}
		ctx.Export("writer", db.Writer)
		ctx.Export("reader", db.Reader)
		return nil
	}
	_ = build
}
