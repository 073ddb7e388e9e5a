package image_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/image"
	"github.com/ladder-iac/ladder/components/key"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		app, err := image.New(ctx, "image", &image.Args{Layout: "dist/image", Key: k})
		if err != nil {
			return err
		}
		ctx.Export("image", app.URI)
		return nil
	})
}
