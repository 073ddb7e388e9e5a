package mesh

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/internal/check"
)

// Args describe a mesh.
type Args struct {
	Cluster    *eks.EKS // required
	Kubernetes string   // minor version of the cluster, such as 1.35: each Istio takes some only; required
	// Version of Istio: 1.30.x (maintained until about 2026-12) or 1.31.x (until about 2027-03); goes up by one minor;
	// default 1.31.4.
	Version   string
	NodeVCPUs int // processors of the largest node, of which ztunnel gets a twentieth; 2 to 192; default 8
}

const (
	defaultVersion = "1.31.4"
	maxVCPUs       = 192 // of the largest Graviton machine
)

// supported are the minor versions of Istio that are maintained, with the minor versions of Kubernetes that they are
// tested with. Sources: data/compatibility/supportStatus.yml of istio/istio.io, 2026-07, whose row "master" is 1.31;
// istioctl/pkg/install/k8sversion of istio/istio 1.31 for the least one. A minor version is maintained until six weeks
// after the second one behind it.
var supported = map[string]struct{ least, most int }{
	"1.30": {32, 36},
	"1.31": {32, 36},
}

var (
	versionPattern    = regexp.MustCompile(`^(1\.\d+)\.\d+$`)
	kubernetesPattern = regexp.MustCompile(`^1\.(\d+)$`)
)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.Version = cmp.Or(args.Version, defaultVersion)
	args.NodeVCPUs = cmp.Or(args.NodeVCPUs, 8)
	c := check.Of("mesh", name)
	c.Given(args.Cluster != nil, "Cluster", "an eks component")
	args.checkVersions(c)
	c.That(args.NodeVCPUs >= 2 && args.NodeVCPUs <= maxVCPUs, "NodeVCPUs", args.NodeVCPUs,
		fmt.Sprintf("2 to %d, the processors of the largest node", maxVCPUs))
	return args, c.Err()
}

func (a *Args) checkVersions(c *check.Args) {
	minors := strings.Join(slices.Sorted(maps.Keys(supported)), ".x or ") + ".x"
	minor := versionPattern.FindStringSubmatch(a.Version)
	c.That(minor != nil && supported[minor[1]].most > 0, "Version", a.Version,
		minors+" with its patch, as in "+defaultVersion+": what Istio maintains")
	kubernetes := kubernetesPattern.FindStringSubmatch(a.Kubernetes)
	c.That(kubernetes != nil, "Kubernetes", a.Kubernetes, "the minor version of the cluster, such as 1.35")
	if minor == nil || supported[minor[1]].most == 0 || kubernetes == nil {
		return
	}
	takes := supported[minor[1]]
	number, err := strconv.Atoi(kubernetes[1])
	c.That(err == nil && number >= takes.least && number <= takes.most, "Kubernetes", a.Kubernetes, fmt.Sprintf(
		"1.%d to 1.%d, which Istio %s takes; change Version or the cluster's", takes.least, takes.most, minor[1]))
}
