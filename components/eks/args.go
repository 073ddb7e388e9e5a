package eks

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

// MaxNodeVCPUs of a cluster is a limit of the project; more need more than one node pool and a review of the quotas.
const MaxNodeVCPUs = 5000

const maxPublicCIDRs = 40 // of a cluster  [Amazon EKS User Guide, Service quotas, 2026-09]

// Args describe a cluster.
type Args struct {
	Network *network.Network // with the app tier, in two zones or more; required; other subnets replace nothing
	// Version of Kubernetes: 1.34 (standard support ends on 2026-12-02), 1.35 (2027-03-27) or 1.36 (2027-08-02).
	// Required: no default, because it moves. An update goes up by one, and never down.
	Version string
	Key     *key.Key // encrypts Kubernetes secrets; required, for good: another one is ignored
	// Admins are IAM roles with all rights in the cluster, that of who deploys among them; required.
	Admins      []string
	PublicCIDRs []string // networks that reach the API from outside the VPC; default none
	// NodeFamilies are EC2 families with Graviton that nodes are of; default c7g and m7g. The pods decide: a node
	// is the cheapest that fits what is waiting.
	NodeFamilies []string
	NodeSizes    []string // sizes of the families; default xlarge and 2xlarge
	MaxVCPUs     int      // of all nodes together, what they may cost at most; one node a zone to 5000; default 32
	// StartupTaint is the key of a taint that keeps pods off a new node until somebody takes it off, as istiod does with
	// mesh.StartupTaint. Without somebody who does, no pod ever starts. Default none.
	StartupTaint string
}

// families of Auto Mode with Graviton that need no local disk and no special network  [Amazon EKS User Guide, EKS
// Auto Mode supported instance reference, 2026-09].
var families = []string{"c6g", "c7g", "c8g", "m6g", "m7g", "m8g", "r6g", "r7g", "r8g"}

// sizes that all families have. Auto Mode takes none with one vCPU.
var sizes = []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"}

var (
	namePattern    = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	clusterPattern = regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`) // [CreateCluster, Amazon EKS API Reference]
	taintPattern   = regexp.MustCompile(`^([a-z0-9][a-z0-9.-]{0,251}[a-z0-9]/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$`)
	rolePattern    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@-]+/)*[\w+=,.@-]+$`)
)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name, clusterName string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.defaults()
	c := check.Of("eks", name)
	good := namePattern.MatchString(name)
	c.That(good, "name", name, "lower-case letters, digits and single hyphens, a letter first")
	c.That(!good || clusterPattern.MatchString(clusterName), "name", clusterName,
		"at most 100 letters, digits, hyphens and underscores with project and stack in front: shorten one of them")
	args.checkNetwork(c)
	c.That(checkVersion(args.Version) == nil, "Version", args.Version, fmt.Sprint(checkVersion(args.Version)))
	c.Given(args.Key != nil, "Key", "a key component that encrypts Kubernetes secrets")
	args.checkAdmins(c)
	args.checkPublicCIDRs(c)
	checkList(c, "NodeFamilies", args.NodeFamilies, families, "families with Graviton that EKS Auto Mode has")
	checkList(c, "NodeSizes", args.NodeSizes, sizes, "sizes of every family")
	args.checkMaxVCPUs(c)
	c.That(args.StartupTaint == "" || taintPattern.MatchString(args.StartupTaint), "StartupTaint", args.StartupTaint,
		"the key of a taint, such as cni.istio.io/not-ready, without an effect: that is NoSchedule")
	return args, c.Err()
}

func (a *Args) defaults() {
	if len(a.NodeFamilies) == 0 {
		a.NodeFamilies = []string{"c7g", "m7g"}
	}
	if len(a.NodeSizes) == 0 {
		a.NodeSizes = []string{"xlarge", "2xlarge"}
	}
	if a.MaxVCPUs == 0 {
		a.MaxVCPUs = 32
	}
}

func (a *Args) checkNetwork(c *check.Args) {
	if a.Network == nil {
		c.Given(false, "Network", "a network component with the app tier, in two zones or more")
		return
	}
	c.That(len(a.Network.App) >= 2, "Network", fmt.Sprintf("%d app subnets", len(a.Network.App)),
		"two or more: EKS puts no control plane into one zone; set Tiers: network.App and two zones in the network")
}

// checkAdmins wants each name once: the entries are named after them.
func (a *Args) checkAdmins(c *check.Args) {
	c.That(len(a.Admins) > 0, "Admins", len(a.Admins),
		"the ARN of at least one IAM role, that of who deploys (aws sts get-caller-identity): nobody else gets in")
	names := map[string]bool{}
	for i, admin := range a.Admins {
		field := fmt.Sprintf("Admins[%d]", i)
		c.That(rolePattern.MatchString(admin), field, admin,
			"the ARN of an IAM role with its path, such as arn:aws:iam::123456789012:role/deploy; not of a session")
		c.That(!names[roleName(admin)], field, admin, "a role whose name is not among them already")
		names[roleName(admin)] = true
	}
}

func roleName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func (a *Args) checkPublicCIDRs(c *check.Args) {
	c.That(len(a.PublicCIDRs) <= maxPublicCIDRs, "PublicCIDRs", len(a.PublicCIDRs),
		fmt.Sprintf("at most %d", maxPublicCIDRs))
	for i, text := range a.PublicCIDRs {
		field := fmt.Sprintf("PublicCIDRs[%d]", i)
		prefix, err := netip.ParsePrefix(text)
		sound := err == nil && prefix.Addr().Is4() && prefix == prefix.Masked()
		c.That(sound, field, text, "an IPv4 network such as 203.0.113.0/24")
		if sound {
			c.That(prefix.Bits() >= 8, field, text,
				"a network of /8 or smaller: the API of a cluster is not for everyone; leave it out and deploy from the VPC")
			c.That(!prefix.Addr().IsPrivate(), field, text,
				"a public network: private ones reach the API inside the VPC already")
		}
	}
}

func checkList(c *check.Args, field string, list, known []string, what string) {
	for i, text := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.That(slices.Contains(known, text), at, text, fmt.Sprintf("one of %s, the %s", strings.Join(known, ", "), what))
		c.That(!slices.Contains(list[:i], text), at, text, "each once")
	}
}

// checkMaxVCPUs wants room for one of the largest nodes in each zone: pods that are spread over zones wait otherwise.
func (a *Args) checkMaxVCPUs(c *check.Args) {
	least := 0
	for _, size := range a.NodeSizes {
		if node, ok := ec2type.Parse(a.NodeFamilies[0] + "." + size); ok {
			least = max(least, node.VCPUs())
		}
	}
	if a.Network != nil {
		least *= len(a.Network.App)
	}
	c.That(a.MaxVCPUs >= least && a.MaxVCPUs <= MaxNodeVCPUs, "MaxVCPUs", a.MaxVCPUs, fmt.Sprintf(
		"%d, for one of the largest nodes in each zone, to %d; raise it, or leave large NodeSizes out", least, MaxNodeVCPUs))
}

// zones of the nodes, sorted.
func (a *Args) zones() []string {
	var zones []string
	for _, subnet := range a.Network.App {
		zones = append(zones, subnet.Zone)
	}
	slices.Sort(zones)
	return zones
}
