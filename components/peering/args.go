package peering

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"

	"github.com/ladder-iac/ladder/components/internal/check"
)

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// databases are in a stable order.
func (s Side) databases() []string { return slices.Sorted(maps.Keys(s.Databases)) }

// resolve checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("peering", name)
	home := args.Home.check(c, "Home")
	secondary := args.Secondary.check(c, "Secondary")
	if home.IsValid() && secondary.IsValid() {
		c.That(args.Home.Network.Region != args.Secondary.Network.Region, "Secondary.Network",
			args.Secondary.Network.Region, "a network of another region than the home network")
		c.That(!home.Overlaps(secondary), "Secondary.Network", secondary.String(), fmt.Sprintf(
			"a range that does not overlap the home network's %s: no route could tell them apart. Give the secondary "+
				"network another one (ladder:secondary.vpcCidr) before it is made", home))
	}
	return args, c.Err()
}

// check returns the network's range; the zero Prefix when there is none.
func (s Side) check(c *check.Args, side string) netip.Prefix {
	c.Given(s.Provider != nil, side+".Provider", "the AWS provider of the network's region")
	for _, database := range s.databases() {
		c.That(namePattern.MatchString(database), side+".Databases", database,
			"a name of lower-case letters, digits and single hyphens, a letter first: the rule is named after it")
		c.Given(s.Databases[database] != nil, side+".Databases."+database, "the id of the database's security group")
	}
	c.Given(s.Network != nil, side+".Network", "a network component with the tiers App and Data")
	if s.Network == nil {
		return netip.Prefix{}
	}
	c.That(len(s.Network.App) > 0 && len(s.Network.Data) > 0, side+".Network",
		fmt.Sprintf("%d app and %d data subnets", len(s.Network.App), len(s.Network.Data)),
		"a network with both tiers: Tiers: []network.Tier{network.App, network.Data}")
	cidr, err := netip.ParsePrefix(s.Network.CIDR)
	c.That(err == nil, side+".Network", s.Network.CIDR, "a network with its range")
	return cidr
}
