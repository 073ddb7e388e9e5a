package topology_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/topology"
)

// A topology names a database with its readers and its user.
func Example() {
	build := func(ctx *pulumi.Context, db *postgres.Postgres, user *credential.Credential) error {
		data, err := topology.New(ctx, "topology", &topology.Args{
			Writer: db.Writer, Readers: db.Readers, SecurityGroupID: db.SecurityGroupID, Credential: user,
		})
		if err != nil {
			return err
		}
		ctx.Export("topology", data.ParameterName)
		return nil
	}
	_ = build
}
