package globaldb_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

// A cluster becomes the primary of two; the other stands in its own network, with its region's key and provider.
func Example() {
	build := func(ctx *pulumi.Context, home *aurora.Aurora,
		there *network.Network, thereKey *key.Key, inHome, inThere pulumi.ResourceOption,
	) error {
		global, err := globaldb.New(ctx, "global", &globaldb.Args{Primary: home, Region: "us-east-1"}, inHome)
		if err != nil {
			return err
		}
		secondary, err := aurora.New(ctx, "aurora-secondary", &aurora.Args{
			VPCID: there.VPCID, Subnets: there.Data, Key: thereKey, Major: 17,
			Class: home.Class, Readers: aurora.Readers{Min: 1}, Global: global.Secondary(),
		}, inThere)
		if err != nil {
			return err
		}
		ctx.Export("writer", global.Endpoint)
		ctx.Export("readerThere", secondary.Reader)
		return nil
	}
	_ = build
}
