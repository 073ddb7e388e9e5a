package cache

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

const (
	// maxNodes of a cluster, before AWS grants more  [ElastiCache User Guide, Quotas, 2026-10].
	maxNodes    = 90
	maxReplicas = 5 // of a shard  [ElastiCache User Guide, Quotas, 2026-10]
	// maxName leaves room for "-group-" and 7 random digits in the 40 characters of a replication group's id
	// [CreateReplicationGroup, ElastiCache API Reference].
	maxName = 40 - len("-group-") - 7
	day     = 24 * 60 // minutes
)

// Args describe a cache.
type Args struct {
	VPCID            pulumi.StringInput            // of the subnets; required
	Subnets          []network.Subnet              // where nodes stand, one a zone; required; two zones with replicas
	Clients          map[string]pulumi.StringInput // who may connect: a name to a security group id; default none
	NodeType         string                        // a Graviton node such as cache.m7g.large; default "cache.t4g.small"
	Shards           int                           // 1 to 90, the parts the keys are spread over; default 1
	ReplicasPerShard int                           // 0 to 5; default 0: a lost node is a cold cache, for some minutes
	// Version of Valkey: 7.2, 8.0 (since 2024-11), 8.1, 8.2, 9.0 or 9.1. Required: no default, because it moves.
	// AWS applies minor versions by itself; follow then, as a lower version replaces the cache. AWS names ends of
	// support for Redis OSS only  [ElastiCache User Guide, Engine versions, 2026-10].
	Version string
	Key     *key.Key // encrypts disks and secret; required; another one replaces the cache
	// MaintenanceWindow is when AWS patches nodes, one after the other: ddd:hh:mm-ddd:hh:mm in UTC, an hour or
	// longer; default "sun:05:00-sun:06:00".
	MaintenanceWindow string
}

// versions are those that ElastiCache offers  [ElastiCache User Guide, Engine versions, 2026-10].
var versions = []string{"7.2", "8.0", "8.1", "8.2", "9.0", "9.1"}

// sizes of the node families that run Valkey on AWS Graviton. ElastiCache's x86 families are older (t3, m5, r5), and
// clients cannot tell; r6gd needs data tiering  [ElastiCache User Guide, Supported node types, 2026-10].
var sizes = map[string][]string{
	"t4g": {"micro", "small", "medium"}, // burstable: they slow down when the processor's credits end
	"m6g": large, "m7g": large, "m8g": large,
	"r6g": large, "r7g": large, "r8g": large,
	"c7gn": large, "c8gn": large,
}

var large = []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"}

var (
	namePattern   = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	windowPattern = regexp.MustCompile(`^([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)$`)
)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	if args.NodeType == "" {
		args.NodeType = "cache.t4g.small"
	}
	if args.Shards == 0 {
		args.Shards = 1
	}
	if args.MaintenanceWindow == "" {
		args.MaintenanceWindow = "sun:05:00-sun:06:00"
	}
	c := check.Of("cache", name)
	c.That(namePattern.MatchString(name) && len(name) <= maxName, "name", name, fmt.Sprintf(
		"1 to %d lower-case letters, digits and single hyphens, a letter first: AWS's id is made of it", maxName))
	c.Given(args.VPCID != nil, "VPCID", "the id of the subnets' VPC")
	c.Given(args.Key != nil, "Key", "a key component that encrypts disks and secret")
	c.That(slices.Contains(versions, args.Version), "Version", args.Version, fmt.Sprintf(
		"one of %s, the versions of Valkey that ElastiCache offers", strings.Join(versions, ", ")))
	checkNodeType(c, args.NodeType)
	args.checkClients(c)
	args.checkShape(c, args.checkSubnets(c))
	minutes, ok := windowMinutes(args.MaintenanceWindow)
	c.That(ok && minutes >= 60, "MaintenanceWindow", args.MaintenanceWindow,
		"a weekly hour or more in UTC, such as sun:05:00-sun:06:00")
	return args, c.Err()
}

// checkShape checks the number of nodes against AWS's limits and against the zones there are.
func (a *Args) checkShape(c *check.Args, zones []string) {
	shards := a.Shards >= 1 && a.Shards <= maxNodes
	replicas := a.ReplicasPerShard >= 0 && a.ReplicasPerShard <= maxReplicas
	c.That(shards, "Shards", a.Shards, fmt.Sprintf("1 to %d", maxNodes))
	c.That(replicas, "ReplicasPerShard", a.ReplicasPerShard, fmt.Sprintf("0 to %d", maxReplicas))
	if shards && replicas {
		nodes := a.Shards * (a.ReplicasPerShard + 1)
		c.That(nodes <= maxNodes, "Shards", fmt.Sprintf("%d of %d nodes each", a.Shards, a.ReplicasPerShard+1),
			fmt.Sprintf("at most %d nodes in all; lower Shards or ReplicasPerShard, or take a larger NodeType", maxNodes))
	}
	if a.ReplicasPerShard > 0 && len(zones) == 1 {
		c.That(false, "ReplicasPerShard", fmt.Sprintf("%d with subnets in %s only", a.ReplicasPerShard, zones[0]),
			"subnets in two zones or more: replicas that fail with their primary save nothing; or 0")
	}
}

// checkSubnets returns the zones.
func (a *Args) checkSubnets(c *check.Args) []string {
	c.That(len(a.Subnets) > 0, "Subnets", len(a.Subnets), "at least one subnet of the network")
	zones := map[string]bool{}
	for i, subnet := range a.Subnets {
		field := fmt.Sprintf("Subnets[%d]", i)
		c.Given(subnet.Zone != "", field, "a subnet of the network")
		c.That(subnet.Zone == "" || !zones[subnet.Zone], field, subnet.Zone, "a zone that no other subnet stands in")
		zones[subnet.Zone] = true
	}
	return slices.Sorted(maps.Keys(zones))
}

func (a *Args) checkClients(c *check.Args) {
	for _, client := range slices.Sorted(maps.Keys(a.Clients)) {
		c.That(namePattern.MatchString(client), "Clients", client,
			"a name of lower-case letters, digits and single hyphens, a letter first: the rule is named after it")
		c.Given(a.Clients[client] != nil, "Clients."+client, "the id of the client's security group")
	}
}

func checkNodeType(c *check.Args, nodeType string) {
	parts := strings.Split(nodeType, ".")
	if len(parts) != 3 || parts[0] != "cache" || sizes[parts[1]] == nil {
		c.That(false, "NodeType", nodeType, fmt.Sprintf("cache.FAMILY.SIZE with a family of %s, such as "+
			"cache.t4g.small, cache.m7g.large or cache.r7g.xlarge", strings.Join(slices.Sorted(maps.Keys(sizes)), ", ")))
		return
	}
	c.That(slices.Contains(sizes[parts[1]], parts[2]), "NodeType", nodeType,
		fmt.Sprintf("cache.%s. with a size of %s", parts[1], strings.Join(sizes[parts[1]], ", ")))
}

// family of parameter groups, e.g. valkey8 for 8.0.
func (a *Args) family() string {
	major, _, _ := strings.Cut(a.Version, ".")
	return "valkey" + major
}

// windowMinutes returns how long a weekly window is; it may pass the end of the week.
func windowMinutes(window string) (int, bool) {
	from, to, _ := strings.Cut(window, "-")
	start, startOK := weekMinute(from)
	end, endOK := weekMinute(to)
	return (end - start + 7*day) % (7 * day), startOK && endOK
}

// weekMinute reads ddd:hh:mm as minutes since the week began.
func weekMinute(text string) (int, bool) {
	match := windowPattern.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	weekday := slices.Index([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, match[1])
	hours, _ := strconv.Atoi(match[2]) // the pattern lets digits through only
	minutes, _ := strconv.Atoi(match[3])
	return weekday*day + hours*60 + minutes, weekday >= 0
}
