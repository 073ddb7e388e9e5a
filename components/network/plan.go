package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Tier is a row of the address plan.
type Tier int

// The tiers, in the order of their addresses within a slot.
const (
	Public Tier = iota // route to the internet
	App                // private, out through NAT
	Data               // isolated
	Spare              // for what comes later, e.g. the pods of a cluster
)

const (
	tierCount = 4
	minBits   = 16 // the largest VPC that AWS allows  [Amazon VPC User Guide, VPC CIDR blocks]
	maxBits   = 22 // subnets of /26: 59 usable addresses, enough for a load balancer and its neighbours
)

// slots are the zone slots in the order of their addresses.
var slots = []string{"a", "b", "c", "d"}

// private are the ranges that are never routed on the internet  [RFC 1918, RFC 6598].
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
}

// Plan cuts a VPC range into slot -> tier -> range. The range must have been checked.
func Plan(vpc netip.Prefix) map[string]map[Tier]string {
	base := vpc.Masked().Addr().As4()
	size := 1 << (32 - vpc.Bits() - 4) // addresses of one of 16 subnets
	plan := map[string]map[Tier]string{}
	for i, slot := range slots {
		plan[slot] = map[Tier]string{}
		for tier := range Tier(tierCount) {
			at := base
			// The range starts at a multiple of its size, so that an offset within it never carries.
			offset := size * (i*tierCount + int(tier))
			at[1] |= byte(offset >> 16 & 0xff)
			at[2] |= byte(offset >> 8 & 0xff)
			at[3] |= byte(offset & 0xff)
			plan[slot][tier] = netip.PrefixFrom(netip.AddrFrom4(at), vpc.Bits()+4).String()
		}
	}
	return plan
}

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, map[string]map[Tier]string, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	if args.CIDR == "" {
		args.CIDR = "10.0.0.0/16"
	}
	c := check.Of("network", name)
	c.Given(args.Region != "", "Region", "an AWS region such as us-east-1")
	c.That(len(args.Zones) > 0, "Zones", len(args.Zones), "1 to 4 zones by slot, such as a: us-east-1a")
	used := map[string]string{}
	for _, slot := range sortedSlots(args.Zones) {
		zone := args.Zones[slot]
		c.That(slices.Contains(slots, slot), "Zones", "slot "+slot, "the slots a, b, c and d")
		c.That(strings.HasPrefix(zone, args.Region), "Zones."+slot, zone, "a zone of "+args.Region)
		c.That(used[zone] == "", "Zones."+slot, zone, "another zone: slot "+used[zone]+" has this one")
		used[zone] = slot
	}
	vpc := checkRange(c, args.CIDR)
	for i, text := range args.Reserved {
		field := fmt.Sprintf("Reserved[%d]", i)
		reserved, err := netip.ParsePrefix(text)
		c.That(err == nil, field, text, "an IPv4 range such as 192.168.0.0/24")
		if err == nil && vpc.IsValid() {
			c.That(!vpc.Overlaps(reserved), "CIDR", args.CIDR,
				fmt.Sprintf("a range that does not overlap the reserved %s; choose another private range", reserved))
		}
	}
	for i, tier := range args.Tiers {
		c.That(tier == App || tier == Data, fmt.Sprintf("Tiers[%d]", i), int(tier), "network.App or network.Data")
		c.That(!slices.Contains(args.Tiers[:i], tier), fmt.Sprintf("Tiers[%d]", i), int(tier), "each tier once")
	}
	if err := c.Err(); err != nil {
		return Args{}, nil, err
	}
	return args, Plan(vpc), nil
}

func (a *Args) has(tier Tier) bool { return slices.Contains(a.Tiers, tier) }

// checkRange returns the zero Prefix when the text is no usable VPC range.
func checkRange(c *check.Args, text string) netip.Prefix {
	vpc, err := netip.ParsePrefix(text)
	if err != nil || !vpc.Addr().Is4() {
		c.That(false, "CIDR", text, "an IPv4 range such as 10.0.0.0/16")
		return netip.Prefix{}
	}
	c.That(vpc == vpc.Masked(), "CIDR", text, fmt.Sprintf("the start of the range: %s", vpc.Masked()))
	c.That(vpc.Bits() <= maxBits, "CIDR", text,
		fmt.Sprintf("/%d to /%d: 16 subnets must fit, each large enough for a load balancer", minBits, maxBits))
	c.That(vpc.Bits() >= minBits, "CIDR", text, fmt.Sprintf("/%d to /%d: AWS allows no larger VPC", minBits, maxBits))
	inside := slices.ContainsFunc(private, func(p netip.Prefix) bool { return p.Overlaps(vpc) && p.Bits() <= vpc.Bits() })
	c.That(inside, "CIDR", text, "a private range: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10")
	return vpc
}

// slots returns the slots in use, in address order.
func (a *Args) slots() []string { return sortedSlots(a.Zones) }

func sortedSlots(zones map[string]string) []string {
	list := make([]string, 0, len(zones))
	for slot := range zones {
		list = append(list, slot)
	}
	slices.Sort(list)
	return list
}
