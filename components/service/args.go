package service

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
)

// MaxReplicas of a service have 10 connections each and one that watches, and a quarter more in a release: Aurora takes
// 5,000.
const MaxReplicas = 360

const (
	minReplicas = 2 // in two zones: one is no service while it is renewed
	minCPU      = 50
	maxCPU      = 8000 // of the largest nodes, 2xlarge
)

// Args describe a service.
type Args struct {
	Namespace *namespace.Namespace // where it lives; required
	Role      Role                 // what it does; required
	Image     Image                // the app to run; required
	Canary    *Canary              // another image for a part of the users; default none
	Key       *key.Key             // decrypts its secrets; required with data
	Topology  *topology.Topology   // where its data is; required for User and Data, and for nobody else
	TokenKey  *tokenkey.TokenKey   // signs users' tokens; required for User, and for nobody else
	Events    *events.Events       // carries what happened; required for User and Data, and for nobody else
	Peers     []*Service           // the services that it calls: User for Data, both for Web; required for them
	Replicas  Range                // pods of the stable release; default 2 to 4
	CPU       int                  // thousandths of a processor that a pod needs at its peak; 50 to 8000; default 250
	Phase     int                  // shown by the app; required

	stack string
}

// Range is a number of pods that is chosen by the load.
type Range struct {
	Min int // 2 to 400, for an ordinary night; default 2
	Max int // Min to 400, for the peak with a zone lost; default twice Min
}

// Image is an image of the app, named by its digest alone: a tag may be another image tomorrow.
type Image struct {
	URI    pulumi.StringInput // REPOSITORY@DIGEST in the cluster's region, such as image.Image's URI; required
	Digest string             // sha256: and 64 hexadecimal digits; required
}

// Canary is a release on trial.
type Canary struct {
	Image  Image // another than Args.Image, except at weight 100; required
	Weight int   // 0 to 100 percent of the users; 0 runs it without any; default 0
}

// reference is the URI, if it is what it says.
func (i Image) reference() pulumi.StringOutput {
	return i.URI.ToStringOutput().ApplyT(func(uri string) (string, error) {
		if !strings.HasSuffix(uri, "@"+i.Digest) {
			return "", fmt.Errorf("image: got %q, want a repository's address and @%s", uri, i.Digest)
		}
		return uri, nil
	}).(pulumi.StringOutput)
}

// version is enough to tell two images apart.
func (i Image) version() string { return strings.TrimPrefix(i.Digest, "sha256:")[:12] }

var (
	namePattern   = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.Replicas.Min = cmp.Or(args.Replicas.Min, minReplicas)
	args.Replicas.Max = cmp.Or(args.Replicas.Max, 2*args.Replicas.Min)
	args.CPU = cmp.Or(args.CPU, 250)
	c := check.Of("service", name)
	c.That(namePattern.MatchString(name), "name", name, "lower-case letters, digits and single hyphens, a letter first")
	c.Given(args.Namespace != nil, "Namespace", "a namespace component")
	args.Image.check(c, "Image")
	args.checkCanary(c)
	args.checkRole(c)
	args.checkSizes(c)
	c.That(args.Phase >= 1 && args.Phase <= 9, "Phase", args.Phase, "the number of the phase, 1 to 9")
	return args, c.Err()
}

func (i Image) check(c *check.Args, field string) {
	c.Given(i.URI != nil, field+".URI", "the address of a repository with @ and the digest")
	c.That(digestPattern.MatchString(i.Digest), field+".Digest", i.Digest,
		"sha256: and 64 hexadecimal digits: a tag may be another image tomorrow")
}

func (a *Args) checkCanary(c *check.Args) {
	if a.Canary == nil {
		return
	}
	a.Canary.Image.check(c, "Canary.Image")
	c.That(a.Canary.Weight >= 0 && a.Canary.Weight <= 100, "Canary.Weight", a.Canary.Weight,
		"0 to 100 percent of the users")
	c.That(a.Canary.Image.Digest != a.Image.Digest || a.Canary.Weight == 100, "Canary.Image", a.Canary.Image.Digest,
		"another image than Image has; to end a trial take Canary out")
}

// checkRole holds what the service is given against what its role needs: what it does not need it must not have.
func (a *Args) checkRole(c *check.Args) {
	needs, known := roles[a.Role]
	c.That(known, "Role", string(a.Role), "one of "+strings.Join(roleNames(), ", "))
	if !known {
		return
	}
	need := func(needed, given bool, field, what string) {
		c.Given(given || !needed, field, fmt.Sprintf("%s: the role %s needs it", what, a.Role))
		c.That(needed || !given, field, "a component",
			fmt.Sprintf("nothing for the role %s, which has no use for it", a.Role))
	}
	need(needs.stores, a.Topology != nil, "Topology", "a topology component with the service's own database")
	c.Given(a.Key != nil || !needs.stores, "Key", "the key component that its secrets are encrypted with")
	need(needs.signs, a.TokenKey != nil, "TokenKey", "the tokenkey component that signs users' tokens")
	need(needs.publishes || needs.consumes, a.Events != nil, "Events", "an events component")
	a.checkPeers(c, needs)
}

func (a *Args) checkPeers(c *check.Args, needs role) {
	var has []Role
	for i, peer := range a.Peers {
		field := fmt.Sprintf("Peers[%d]", i)
		c.Given(peer != nil, field, "a service component")
		if peer == nil {
			continue
		}
		c.That(slices.Contains(needs.calls, peer.Role), field, peer.Name,
			fmt.Sprintf("none of it for the role %s, which does not call it", a.Role))
		c.That(!slices.Contains(has, peer.Role), field, peer.Name, "each service once")
		c.That(a.Namespace == nil || peer.Namespace == a.Namespace.Name, field, peer.Namespace,
			"a service of the same namespace")
		has = append(has, peer.Role)
	}
	for _, wanted := range needs.calls {
		c.That(slices.Contains(has, wanted), "Peers", fmt.Sprintf("no service of the role %s", wanted),
			fmt.Sprintf("one: the role %s calls it", a.Role))
	}
}

func (a *Args) checkSizes(c *check.Args) {
	least, most := a.Replicas.Min, a.Replicas.Max
	c.That(least >= minReplicas && least <= MaxReplicas, "Replicas.Min", least,
		fmt.Sprintf("%d to %d: one pod alone is no service while it is renewed", minReplicas, MaxReplicas))
	c.That(most >= least && most <= MaxReplicas, "Replicas.Max", most,
		fmt.Sprintf("Min, which is %d, to %d; raise CPU instead of more pods", least, MaxReplicas))
	c.That(a.CPU >= minCPU && a.CPU <= maxCPU, "CPU", a.CPU,
		fmt.Sprintf("%d to %d thousandths of a processor", minCPU, maxCPU))
}
