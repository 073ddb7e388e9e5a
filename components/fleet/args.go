package fleet

import (
	"cmp"
	"fmt"

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
	maxServers = 200 // project limit: more want a load balancer and a group that scales
	// turns take up a new release, turnSeconds apart: longer than a release that fails takes to go back.
	turns       = 10
	turnSeconds = 600
)

// Args describe app servers.
type Args struct {
	Network      *network.Network   // where they stand, in its public subnets; required
	InstanceType string             // EC2 type of the release's architecture; default "c7g.large"
	Servers      int                // 1 to 200, one after another in the zones; default 2
	Domain       string             // serves HTTPS under this name; default none: HTTP under the addresses
	Key          *key.Key           // encrypts disks, and what the servers read; required
	TokenKey     *tokenkey.TokenKey // signs users' tokens; required
	Release      *release.Release   // the app to run; required
	Topology     *topology.Topology // where the data is; required
	Phase        int                // shown by the app; required
}

func (a *Args) server() appserver.Server {
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
	args.InstanceType = cmp.Or(args.InstanceType, "c7g.large")
	args.Servers = cmp.Or(args.Servers, 2)
	c := check.Of("fleet", name)
	c.Given(args.Network != nil, "Network", "a network component")
	c.That(args.Network == nil || len(args.Network.Public) > 0, "Network", "no public subnets",
		"a network with a zone or more")
	args.server().Check(c)
	c.That(args.Servers >= 1 && args.Servers <= maxServers, "Servers", args.Servers,
		fmt.Sprintf("1 to %d; more load wants a load balancer and a group that scales (component web)", maxServers))
	c.Domain("Domain", args.Domain)
	c.Given(args.Release != nil, "Release", "a release component with the app")
	ec2type.Check(c, "InstanceType", args.InstanceType, args.Release)
	return args, c.Err()
}

// releaseDelay is how long after the others' first turn a server takes up a new release, in seconds.
func releaseDelay(ordinal int) int { return (ordinal - 1) % turns * turnSeconds }
