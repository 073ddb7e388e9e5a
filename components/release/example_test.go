package release_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/release"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		app, err := release.New(ctx, "release", &release.Args{Artifact: "dist/app-linux-arm64", Key: k})
		if err != nil {
			return err
		}
		ctx.Export("release", pulumi.String(app.Version))
		return nil
	})
}
