package dns_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/dns"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		name, err := dns.New(ctx, "dns", &dns.Args{
			Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC", Address: pulumi.String("192.0.2.1"),
		})
		if err != nil {
			return err
		}
		ctx.Export("url", pulumi.Sprintf("https://%s", name.Name))
		return nil
	})
}
