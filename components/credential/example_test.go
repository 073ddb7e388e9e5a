package credential_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
		if err != nil {
			return err
		}
		ctx.Export("databaseSecret", user.ARN)
		return nil
	})
}
