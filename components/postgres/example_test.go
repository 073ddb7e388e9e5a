package postgres_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/postgres"
)

// A database in the network's data subnets that lets in the servers of one security group.
func Example() {
	phase := func(ctx *pulumi.Context, net *network.Network, k *key.Key, servers pulumi.StringInput) error {
		user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
		if err != nil {
			return err
		}
		db, err := postgres.New(ctx, "db", &postgres.Args{
			VPCID: net.VPCID, Subnets: net.Data, Clients: map[string]pulumi.StringInput{"web": servers},
			Key: k, Credential: user, Major: 17, Replicas: 2,
		})
		if err != nil {
			return err
		}
		ctx.Export("database", db.Writer)
		return nil
	}
	_ = phase
}
