package vm_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/vm"
)

// A server needs a place, a key, a user for its database and an app to run.
func Example() {
	build := func(ctx *pulumi.Context, net *network.Network, k *key.Key, user *credential.Credential,
		signing *tokenkey.TokenKey, app *release.Release,
	) error {
		server, err := vm.New(ctx, "server", &vm.Args{
			Network: net, Subnet: net.Public[0], PostgresMajor: 17,
			Key: k, Credential: user, TokenKey: signing, Release: app, Phase: 1,
		})
		if err != nil {
			return err
		}
		ctx.Export("address", server.Address)
		return nil
	}
	_ = build
}
