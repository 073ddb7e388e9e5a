// Package dns gives a name to what serves it: to a server, to several that step in for each other, or to a load
// balancer.
//
// Creates: for each target a weighted record in a hosted zone that exists, and a health check where one is asked for.
// Route 53 answers with one of the targets that are well, by weight; when none is, with any of them. All records are
// weighted from the first phase on, because Route 53 takes no weighted record beside a plain one of the same name:
// a move only adds a target and shifts the weights. The time to live is 60 seconds, so that a shift reaches clients
// within a minute.
//
// A server that fails is left within 90 seconds (3 checks, 30 seconds apart), and its users within another 60.
//
// Cost: 0.40 USD for a million queries; a health check 0.50, the hosted zone 0.50 USD a month (Amazon Route 53
// pricing, 2026-09). Queries for a load balancer are free. Stateless.
//
// Left out of what terraform-aws-modules/route53 offers: hosted zones (a zone outlives every stack in it), routing by
// latency or place (phase 4), and failover records (a pair of primary and secondary leaves the secondary idle; weights
// with health checks do the same with both at work).
package dns

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	ttl = 60 // of a record, in seconds
	// A check every 30 seconds costs half of one every 10; three failures in a row are no hiccup.
	checkSeconds = 30
	checkTimes   = 3
	maxWeight    = 255 // [Route 53 API Reference, ResourceRecordSet]
)

// Args describe a name.
type Args struct {
	Domain       string   // full name without a final dot, e.g. "shop.example.com"; required
	HostedZoneID string   // Route 53 hosted zone of the domain, e.g. "Z0123456789ABC"; required
	Targets      []Target // what serves it; at least one
}

// Target serves a part of the users: its weight against the sum of all.
type Target struct {
	Name   string // of the record, e.g. "app-1"; unique, never changes while the target lives; required
	Weight int    // 0 to 255; 0 for none of the users. Not all of them 0
	// Address is an IPv4 address; exactly one of Address and Balancer.
	Address pulumi.StringInput
	// Checked asks the address at http://ADDRESS/readyz, and leaves it out while the answer is not 200.
	Checked  bool
	Balancer *Balancer // an Application Load Balancer, left out while no target of it is healthy
}

// Balancer is how Route 53 knows a load balancer.
type Balancer struct {
	DNSName pulumi.StringInput // required
	ZoneID  pulumi.StringInput // hosted zone of DNSName; required
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
		WeightedRoutingPolicies: route53.RecordWeightedRoutingPolicyArray{
			route53.RecordWeightedRoutingPolicyArgs{Weight: pulumi.Int(target.Weight)},
		},
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

// health asks by plain HTTP, which the app answers also where it redirects all else: HTTPS would cost three times as
// much.
func (d *DNS) health(ctx *pulumi.Context, name string, target Target) (*route53.HealthCheck, error) {
	child := name + "-" + target.Name + "-health"
	return route53.NewHealthCheck(ctx, child, &route53.HealthCheckArgs{
		IpAddress:        target.Address.ToStringOutput().ToStringPtrOutput(),
		Port:             pulumi.Int(80),
		Type:             pulumi.String("HTTP"),
		ResourcePath:     pulumi.String("/readyz"),
		RequestInterval:  pulumi.Int(checkSeconds),
		FailureThreshold: pulumi.Int(checkTimes),
		Tags:             tag.Of(name, child),
	}, pulumi.Parent(d))
}

var targetPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("dns", name)
	c.Given(args.Domain != "", "Domain", "a full name in lower case such as shop.example.com")
	c.Domain("Domain", args.Domain)
	c.HostedZone("HostedZoneID", args.HostedZoneID)
	c.That(len(args.Targets) > 0, "Targets", len(args.Targets), "at least one server or load balancer")
	var names []string
	sum := 0
	for i, target := range args.Targets {
		target.check(c, fmt.Sprintf("Targets[%d].", i))
		c.That(!slices.Contains(names, target.Name), fmt.Sprintf("Targets[%d].Name", i), target.Name, "another name")
		names, sum = append(names, target.Name), sum+target.Weight
	}
	c.That(sum > 0 || len(args.Targets) == 0, "Targets", "weights that are all 0",
		"a weight above 0 for one of them: Route 53 would take all of them as equal")
	return args, c.Err()
}

func (t Target) check(c *check.Args, field string) {
	c.That(targetPattern.MatchString(t.Name), field+"Name", t.Name, "lower-case letters, digits and single hyphens")
	c.That(t.Weight >= 0 && t.Weight <= maxWeight, field+"Weight", t.Weight, fmt.Sprintf("0 to %d", maxWeight))
	c.That((t.Address == nil) != (t.Balancer == nil), field+"Address", "both or neither of Address and Balancer",
		"one of them")
	c.That(!t.Checked || t.Address != nil, field+"Checked", t.Checked,
		"false for a load balancer, which tells Route 53 by itself")
	if t.Balancer != nil {
		c.Given(t.Balancer.DNSName != nil, field+"Balancer.DNSName", "the load balancer's name")
		c.Given(t.Balancer.ZoneID != nil, field+"Balancer.ZoneID", "the load balancer's hosted zone")
	}
}
