package dns_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/dns"
)

// Two servers behind one name; the one that fails is left out.
func Example() {
	build := func(ctx *pulumi.Context) error {
		name, err := dns.New(ctx, "dns", &dns.Args{
			Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC", Targets: []dns.Target{
				{Name: "app-1", Weight: 100, Address: pulumi.String("192.0.2.1"), Checked: true},
				{Name: "app-2", Weight: 100, Address: pulumi.String("192.0.2.2"), Checked: true},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("url", pulumi.Sprintf("https://%s", name.Name))
		return nil
	}
	_ = build
}
