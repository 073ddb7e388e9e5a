// Package dns gives a name to what serves it: to a server, to several that step in for each other, to a load balancer,
// or to load balancers in several regions.
//
// Creates: for each target a record in a hosted zone that exists, and a health check where one is asked for. The
// records of one name are all of one kind, because Route 53 takes no other beside the first:
//
//   - Weighted: Route 53 answers with one of the targets that are well, by weight; when none is, with any of them. A
//     move only adds a target and shifts the weights, so that a name is weighted from the first phase on.
//   - By latency, with Target.Region: Route 53 answers with the region that is nearest to who asks and well.
//
// A name that is weighted already comes to serve several regions in two storeys: the regions get a name of their own,
// such as regions.shop.example.com, and a target of the weighted name points at it by DNS.Balancer. Users never see the
// second name, so that no certificate needs it.
//
// The time to live is 60 seconds, so that a shift reaches clients within a minute. A server that fails is left within
// 90 seconds (3 checks, 30 seconds apart), and its users within another 60. A region is left within 30 seconds (3
// checks, 10 seconds apart), and its users within another 60: 99.99 % leaves 4.4 minutes a month, for all that fails.
//
// Cost: 0.40 USD for a million queries; a health check of a server 0.50, of a region 2.50 (0.50, and 1.00 each for
// HTTPS and for being asked every 10 seconds), the hosted zone 0.50 USD a month (Amazon Route 53 pricing, 2026-10).
// Queries for a load balancer are free. Stateless.
//
// Left out of what terraform-aws-modules/route53 offers: hosted zones (a zone outlives every stack in it), routing by
// place (the nearest region is not always in the user's country, and latency is what counts), and failover records (a
// pair of primary and secondary leaves the secondary idle; weights with health checks do the same with both at work).
package dns

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	ttl = 60 // of a record, in seconds
	// A check every 30 seconds costs half of one every 10; three failures in a row are no hiccup.
	checkSeconds       = 30
	regionCheckSeconds = 10 // a minute earlier away from a region that fails, for 1.00 USD a month
	checkTimes         = 3
)

// DNS is a name in the Domain Name System.
type DNS struct {
	pulumi.ResourceState

	Name pulumi.StringOutput `pulumi:"name"`

	zone string
}

// Balancer lets a target of another name of the same hosted zone point at this one.
func (d *DNS) Balancer() *Balancer { return &Balancer{DNSName: d.Name, ZoneID: pulumi.String(d.zone)} }

// New makes a name. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*DNS, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	d := &DNS{zone: args.HostedZoneID}
	if err := ctx.RegisterComponentResource("ladder:dns:DNS", name, d, opts...); err != nil {
		return nil, fmt.Errorf("dns %q: %w", name, err)
	}
	for _, target := range args.Targets {
		record, err := d.record(ctx, name, args, target)
		if err != nil {
			return nil, err
		}
		d.Name = record.Fqdn // the same for all
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"name": d.Name})
}

func (d *DNS) record(ctx *pulumi.Context, name string, args Args, target Target) (*route53.Record, error) {
	record := &route53.RecordArgs{
		ZoneId:        pulumi.String(args.HostedZoneID),
		Name:          pulumi.String(args.Domain),
		Type:          pulumi.String("A"),
		SetIdentifier: pulumi.String(target.Name),
	}
	if target.Region != "" {
		record.LatencyRoutingPolicies = route53.RecordLatencyRoutingPolicyArray{
			route53.RecordLatencyRoutingPolicyArgs{Region: pulumi.String(target.Region)},
		}
	} else {
		record.WeightedRoutingPolicies = route53.RecordWeightedRoutingPolicyArray{
			route53.RecordWeightedRoutingPolicyArgs{Weight: pulumi.Int(target.Weight)},
		}
	}
	if target.Balancer != nil {
		record.Aliases = route53.RecordAliasArray{route53.RecordAliasArgs{
			Name: target.Balancer.DNSName, ZoneId: target.Balancer.ZoneID, EvaluateTargetHealth: pulumi.Bool(true),
		}}
	} else {
		record.Ttl, record.Records = pulumi.Int(ttl), pulumi.StringArray{target.Address}
	}
	if target.Checked {
		health, err := d.health(ctx, name, target)
		if err != nil {
			return nil, err
		}
		record.HealthCheckId = health.ID()
	}
	return route53.NewRecord(ctx, name+"-"+target.Name, record, pulumi.Parent(d))
}

// health asks a server by plain HTTP, which the app answers also where it redirects all else: HTTPS would cost three
// times as much. It asks a region as users do, by HTTPS, at its load balancer's own name: Route 53 wants TLS of it, and
// no certificate of that name.
func (d *DNS) health(ctx *pulumi.Context, name string, target Target) (*route53.HealthCheck, error) {
	child := name + "-" + target.Name + "-health"
	health := &route53.HealthCheckArgs{
		ResourcePath:     pulumi.String("/readyz"),
		FailureThreshold: pulumi.Int(checkTimes),
		Tags:             tag.Of(name, child),
	}
	if target.Region != "" {
		health.Fqdn = target.Balancer.DNSName.ToStringOutput().ToStringPtrOutput()
		health.Port, health.Type = pulumi.Int(443), pulumi.String("HTTPS")
		health.RequestInterval = pulumi.Int(regionCheckSeconds)
	} else {
		health.IpAddress = target.Address.ToStringOutput().ToStringPtrOutput()
		health.Port, health.Type = pulumi.Int(80), pulumi.String("HTTP")
		health.RequestInterval = pulumi.Int(checkSeconds)
	}
	return route53.NewHealthCheck(ctx, child, health, pulumi.Parent(d))
}
