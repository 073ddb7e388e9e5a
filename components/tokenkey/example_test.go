package tokenkey_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/tokenkey"
)

// A token key needs a key that encrypts it.
func Example() {
	build := func(ctx *pulumi.Context, encryption *key.Key) error {
		signing, err := tokenkey.New(ctx, "token", &tokenkey.Args{Key: encryption})
		if err != nil {
			return err
		}
		ctx.Export("tokenKeySecret", signing.ARN)
		return nil
	}
	_ = build
}
