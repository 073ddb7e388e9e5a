package web

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
)

const (
	// maxName leaves room for "-green-" and 7 random digits in the 32 characters of a target group's name
	// [CreateTargetGroup, Elastic Load Balancing API Reference].
	maxName     = 32 - len("-green-") - 7
	maxMachines = 1000 // of a colour; more need another shape than one group
	maxTypes    = 40   // of a mixed group  [Amazon EC2 Auto Scaling User Guide, Quotas, 2026-09]
)

// Args describe load balancer and app servers.
type Args struct {
	Network       *network.Network   // with the app tier, in two zones or more; required
	Domain        string             // serves HTTPS under this name; default none: HTTP under the balancer's name
	HostedZoneID  string             // Route 53 hosted zone that proves the domain; required with Domain
	Pods          *Pods              // a cluster's gateway in place of the machines; default none
	InstanceTypes []string           // EC2 types of one size, the preferred first; default ["c7g.medium"]
	Machines      Range              // of the stable release; default 2 to 4
	Key           *key.Key           // encrypts what the machines read; required with machines
	TokenKey      *tokenkey.TokenKey // signs users' tokens; required with machines
	Release       *release.Release   // the app to run, for the types' processor; required with machines
	Canary        *Canary            // another release for a part of the users; default none
	Topology      *topology.Topology // where the data is; required with machines
	Phase         int                // shown by the app; required with machines
}

// Range is a number of machines that Auto Scaling chooses by the load.
type Range struct {
	Min int // 1 to 1000, for an ordinary night; default 2
	Max int // Min to 1000, for the peak with a zone lost; default twice Min
}

// Canary is a release on trial.
type Canary struct {
	Release *release.Release // another than Args.Release, except at weight 100; required
	Weight  int              // 0 to 100 percent of the users; 0 runs it without any; default 0
	P99     time.Duration    // of the answers, above which it fails; 1 ms to 5 s, default 100 ms
}

var namePattern = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)

func (a Args) server() appserver.Server {
	return appserver.Server{
		Network: a.Network, Key: a.Key, TokenKey: a.TokenKey, Topology: a.Topology, Phase: a.Phase,
	}
}

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.defaults()
	c := check.Of("web", name)
	c.That(namePattern.MatchString(name) && len(name) <= maxName, "name", name, fmt.Sprintf(
		"1 to %d lower-case letters, digits and single hyphens, a letter first: AWS's names are made of it", maxName))
	args.checkNetwork(c)
	c.Domain("Domain", args.Domain)
	if args.Domain != "" {
		c.HostedZone("HostedZoneID", args.HostedZoneID)
	} else {
		c.That(args.HostedZoneID == "", "HostedZoneID", args.HostedZoneID, "nothing without Domain; set both")
	}
	if args.Pods != nil {
		args.checkPods(c)
		return args, c.Err()
	}
	args.server().Check(c)
	args.Machines.check(c)
	c.Given(args.Release != nil, "Release", "a release component with the app")
	args.checkTypes(c)
	args.checkCanary(c)
	return args, c.Err()
}

func (a *Args) defaults() {
	if a.Pods != nil {
		return
	}
	if len(a.InstanceTypes) == 0 {
		a.InstanceTypes = []string{"c7g.medium"}
	}
	a.Machines.Min = cmp.Or(a.Machines.Min, 2)
	a.Machines.Max = cmp.Or(a.Machines.Max, min(2*a.Machines.Min, maxMachines))
	if a.Canary != nil {
		canary := *a.Canary // the caller's stays as it is
		canary.P99 = cmp.Or(canary.P99, 100*time.Millisecond)
		a.Canary = &canary
	}
}

func (a *Args) checkNetwork(c *check.Args) {
	if a.Network == nil {
		c.Given(false, "Network", "a network component with the app tier, in two zones or more")
		return
	}
	c.That(len(a.Network.Public) >= 2, "Network", fmt.Sprintf("%d zones", len(a.Network.Public)),
		"two zones or more: AWS puts no load balancer into one; add a zone to the network")
	c.That(len(a.Network.App) > 0, "Network", "no app subnets",
		"a network with Tiers: network.App, because machines and pods have no public address")
}

func (r Range) check(c *check.Args) {
	few := r.Min >= 1 && r.Min <= maxMachines
	c.That(few, "Machines.Min", r.Min, fmt.Sprintf("1 to %d", maxMachines))
	c.That(!few || r.Max >= r.Min && r.Max <= maxMachines, "Machines.Max", r.Max,
		fmt.Sprintf("Machines.Min, which is %d, to %d", r.Min, maxMachines))
}

func (a *Args) checkTypes(c *check.Args) {
	c.That(len(a.InstanceTypes) <= maxTypes, "InstanceTypes", len(a.InstanceTypes), fmt.Sprintf("at most %d", maxTypes))
	first, sized := ec2type.Parse(a.InstanceTypes[0])
	for i, text := range a.InstanceTypes {
		field := fmt.Sprintf("InstanceTypes[%d]", i)
		ec2type.Check(c, field, text, a.Release)
		c.That(!slices.Contains(a.InstanceTypes[:i], text), field, text, "each type once")
		t, ok := ec2type.Parse(text)
		c.That(!ok || !sized || t.Size == first.Size, field, text, fmt.Sprintf(
			"types of the size of the first (%s): the load is divided by machines", first.Size))
	}
}

func (a *Args) checkCanary(c *check.Args) {
	if a.Canary == nil {
		return
	}
	weight, trial := a.Canary.Weight, a.Canary.Release
	c.That(weight >= 0 && weight <= 100, "Canary.Weight", weight, "0 to 100 percent of the users")
	c.That(a.Canary.P99 >= time.Millisecond && a.Canary.P99 <= 5*time.Second, "Canary.P99", a.Canary.P99,
		"1ms to 5s, the app's own limit")
	c.Given(trial != nil, "Canary.Release", "a release component with the version to try")
	if trial == nil || a.Release == nil {
		return
	}
	c.That(trial.Version != a.Release.Version || weight == 100, "Canary.Release", trial.Version,
		"another version than Release: there is nothing to try; only at weight 100 both may be the same, "+
			"which renews the stable machines without traffic")
	c.That(trial.Architecture == a.Release.Architecture, "Canary.Release", string(trial.Architecture),
		fmt.Sprintf("a build for %s, as Release is", a.Release.Architecture))
}

// releases are those that the machines may fetch.
func (a Args) releases() []*release.Release {
	if a.Canary == nil {
		return []*release.Release{a.Release}
	}
	return []*release.Release{a.Release, a.Canary.Release}
}

// weight is the canary's share of the users in percent.
func (a Args) weight() int {
	if a.Canary == nil {
		return 0
	}
	return a.Canary.Weight
}

// onTrial says that users have a release that can be taken from them: there is another one to go back to.
func (a Args) onTrial() bool { return a.weight() > 0 && a.Canary.Release.Version != a.Release.Version }
