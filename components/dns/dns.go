// Package dns gives an address a name.
//
// Creates: an A record in a hosted zone that exists. The time to live is 60 seconds, so that a move reaches
// clients within a minute.
//
// Cost: 0.40 USD for a million queries; the hosted zone costs 0.50 USD a month (Amazon Route 53 pricing,
// 2026-09). Stateless.
package dns

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// ttl of the record in seconds.
const ttl = 60

var (
	domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
	zonePattern   = regexp.MustCompile(`^Z[A-Z0-9]{5,31}$`)
)

// Args describe a name.
type Args struct {
	Domain       string             // full name without a final dot, e.g. "shop.example.com"; required
	HostedZoneID string             // Route 53 hosted zone of the domain, e.g. "Z0123456789ABC"; required
	Address      pulumi.StringInput // IPv4 address; required
}

// DNS is a name in the Domain Name System.
type DNS struct {
	pulumi.ResourceState

	Name pulumi.StringOutput `pulumi:"name"`
}

// New makes a name. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*DNS, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	d := &DNS{}
	if err := ctx.RegisterComponentResource("ladder:dns:DNS", name, d, opts...); err != nil {
		return nil, fmt.Errorf("dns %q: %w", name, err)
	}
	record, err := route53.NewRecord(ctx, name+"-address", &route53.RecordArgs{
		ZoneId:  pulumi.String(args.HostedZoneID),
		Name:    pulumi.String(args.Domain),
		Type:    pulumi.String("A"),
		Ttl:     pulumi.Int(ttl),
		Records: pulumi.StringArray{args.Address},
	}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	d.Name = record.Fqdn
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"name": d.Name})
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("dns", name)
	c.That(domainPattern.MatchString(args.Domain), "Domain", args.Domain,
		"a full name in lower case such as shop.example.com")
	c.That(zonePattern.MatchString(args.HostedZoneID), "HostedZoneID", args.HostedZoneID,
		"the id of the domain's hosted zone, such as Z0123456789ABC (aws route53 list-hosted-zones)")
	c.Given(args.Address != nil, "Address", "an IPv4 address")
	return args, c.Err()
}
