package cdn_test

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cdn"
)

func Example() {
	build := func(ctx *pulumi.Context) error {
		edge, err := aws.NewProvider(ctx, "aws-edge", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		site, err := cdn.New(ctx, "cdn", &cdn.Args{
			Domain: "www.shop.example.com", HostedZoneID: "Z0123456789ABC", Edge: edge,
			Documents: map[string][]byte{"index.html": []byte("<!doctype html><title>Shop</title>")},
		})
		if err != nil {
			return err
		}
		ctx.Export("page", site.URL)
		return nil
	}
	_ = build
}
