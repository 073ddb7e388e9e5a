package dns

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

const maxWeight = 255 // [Route 53 API Reference, ResourceRecordSet]

// Args describe a name.
type Args struct {
	Domain       string   // full name without a final dot, e.g. "shop.example.com"; required
	HostedZoneID string   // Route 53 hosted zone of the domain, e.g. "Z0123456789ABC"; required
	Targets      []Target // what serves it; at least one; all with a weight, or all with a region
}

// Target serves a part of the users: its weight against the sum of all, or those who are nearest to its region.
type Target struct {
	Name   string // of the record, e.g. "app-1"; unique, never changes while the target lives; required
	Weight int    // 0 to 255; 0 for none of the users, not all of them 0; 0 with a region
	Region string // AWS region, e.g. "us-east-1", one target each; default none: by weight
	// Address is an IPv4 address; exactly one of Address and Balancer; not with a region.
	Address pulumi.StringInput
	// Checked asks the address at http://ADDRESS/readyz, a region's balancer at https://BALANCER/readyz, and leaves it
	// out while the answer is not 200.
	Checked bool
	// Balancer is an Application Load Balancer, left out while no target of it is healthy, or another name of the hosted
	// zone, left out while none of its targets is well.
	Balancer *Balancer
}

// Balancer is how Route 53 knows a load balancer.
type Balancer struct {
	DNSName pulumi.StringInput // required
	ZoneID  pulumi.StringInput // hosted zone of DNSName; required
}

var (
	targetPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	regionPattern = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[1-9]$`)
)

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
	var names, regions []string
	sum := 0
	for i, target := range args.Targets {
		field := fmt.Sprintf("Targets[%d].", i)
		target.check(c, field)
		c.That(!slices.Contains(names, target.Name), field+"Name", target.Name, "another name")
		c.That((target.Region == "") == (args.Targets[0].Region == ""), field+"Region", target.Region,
			"a region for all targets, or for none: Route 53 takes one kind of records for a name")
		c.That(target.Region == "" || !slices.Contains(regions, target.Region), field+"Region", target.Region,
			"another region: two targets of one region share a load balancer, or a name of their own by weight")
		names, regions, sum = append(names, target.Name), append(regions, target.Region), sum+target.Weight
	}
	c.That(sum > 0 || len(args.Targets) == 0 || args.Targets[0].Region != "", "Targets", "weights that are all 0",
		"a weight above 0 for one of them: Route 53 would take all of them as equal")
	return args, c.Err()
}

func (t Target) check(c *check.Args, field string) {
	c.That(targetPattern.MatchString(t.Name), field+"Name", t.Name, "lower-case letters, digits and single hyphens")
	c.That(t.Weight >= 0 && t.Weight <= maxWeight, field+"Weight", t.Weight, fmt.Sprintf("0 to %d", maxWeight))
	c.That((t.Address == nil) != (t.Balancer == nil), field+"Address", "both or neither of Address and Balancer",
		"one of them")
	if t.Region == "" {
		c.That(!t.Checked || t.Address != nil, field+"Checked", t.Checked,
			"false for a load balancer without a region, which tells Route 53 by itself")
	} else {
		c.That(regionPattern.MatchString(t.Region), field+"Region", t.Region, "an AWS region such as us-east-1")
		c.That(t.Weight == 0, field+"Weight", t.Weight, "0 with a region, which is chosen by latency")
		c.That(t.Balancer != nil, field+"Region", t.Region, "a Balancer with it: a single server is no region")
	}
	if t.Balancer != nil {
		c.Given(t.Balancer.DNSName != nil, field+"Balancer.DNSName", "the load balancer's name")
		c.Given(t.Balancer.ZoneID != nil, field+"Balancer.ZoneID", "the load balancer's hosted zone")
	}
}
