package gateway

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/service"
)

// Args describe a gateway.
type Args struct {
	Cluster        *eks.EKS           // required
	Mesh           *mesh.Mesh         // of the cluster; required
	TargetGroupARN pulumi.StringInput // of the balancer, type ip, with the tag eks:eks-cluster-name; required
	Routes         []Route            // at least one; required
	// Open is what needs no token: "GET /path", "POST /path", or with a * at the end all below; default the keys only.
	Open      []string
	Issuer    string // of the tokens; default "ladder"
	Audience  string // of the tokens; default "ladder"
	Origin    string // of a page elsewhere that reads the gateway's own answers, https://NAME; default none
	PeakQPS   int    // requests a second at the peak, with all that fails over to here; 1 to 500,000; required
	Replicas  Range  // pods that are chosen by the load; default 3, and what carries PeakQPS with a zone of three lost
	RateLimit int    // requests a second that all pods together let in; PeakQPS or more; default 1.5 times PeakQPS
}

// Route leads requests to a service.
type Route struct {
	Prefix  string           // of the path, whole segments, such as /api/v1/items; the longest one counts; required
	Service *service.Service // required
	Timeout time.Duration    // of the whole answer, with retries; 1 ms to 1 minute, default 5 s
}

// Range is a number of pods that is chosen by the load.
type Range struct {
	Min int // 2 to 100
	Max int // Min to 100
}

const (
	maxPods   = 100     // project limit
	maxQPS    = 500_000 // what so many pods carry with a zone lost
	maxRoutes = 16      // project limit

	// keysPath is where the user service publishes the keys of its tokens.
	keysPath = "/.well-known/jwks.json"
)

var (
	namePattern   = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	slugPattern   = regexp.MustCompile(`[^a-z0-9]+`)
	prefixPattern = regexp.MustCompile(`^/$|^(/[A-Za-z0-9._~-]+)+$`)
	openPattern   = regexp.MustCompile(`^(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE) /[A-Za-z0-9._~/-]*\*?$`)
)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.Routes = slices.Clone(args.Routes)
	args.defaults()
	c := check.Of("gateway", name)
	c.That(namePattern.MatchString(name), "name", name, "lower-case letters, digits and single hyphens, a letter first")
	c.Given(args.Cluster != nil, "Cluster", "an eks component")
	c.Given(args.Mesh != nil, "Mesh", "a mesh component of the same cluster")
	c.Given(args.TargetGroupARN != nil, "TargetGroupARN", "the ARN of the balancer's target group, web.PodsARN")
	args.checkRoutes(c)
	c.Origin("Origin", args.Origin)
	for i, open := range args.Open {
		c.That(openPattern.MatchString(open), fmt.Sprintf("Open[%d]", i), open,
			`a method and a path, such as "POST /api/v1/users" or "GET /assets/*"`)
	}
	for field, claim := range map[string]string{"Issuer": args.Issuer, "Audience": args.Audience} {
		c.That(!strings.ContainsAny(claim, "* "), field, claim, "what the tokens say, to the letter")
	}
	args.checkSize(c)
	return args, c.Err()
}

func (a *Args) defaults() {
	a.Issuer, a.Audience = cmp.Or(a.Issuer, "ladder"), cmp.Or(a.Audience, "ladder")
	for i := range a.Routes {
		a.Routes[i].Timeout = cmp.Or(a.Routes[i].Timeout, 5*time.Second)
	}
	a.Replicas.Min = cmp.Or(a.Replicas.Min, 3)
	a.Replicas.Max = cmp.Or(a.Replicas.Max, max(a.Replicas.Min, podsFor(withZoneLost(a.PeakQPS))))
	a.RateLimit = cmp.Or(a.RateLimit, withZoneLost(a.PeakQPS))
}

func (a *Args) checkRoutes(c *check.Args) {
	c.That(len(a.Routes) >= 1 && len(a.Routes) <= maxRoutes, "Routes", len(a.Routes), fmt.Sprintf("1 to %d", maxRoutes))
	keys := false
	for i, r := range a.Routes {
		field := fmt.Sprintf("Routes[%d].", i)
		c.That(prefixPattern.MatchString(r.Prefix), field+"Prefix", r.Prefix,
			"a path without a slash at the end, such as /api/v1/items, or / for all")
		c.That(!slices.ContainsFunc(a.Routes[:i], func(other Route) bool { return other.slug() == r.slug() }),
			field+"Prefix", r.Prefix, "each prefix once; its letters and digits name the route")
		c.Given(r.Service != nil, field+"Service", "a service component")
		c.That(r.Timeout >= time.Millisecond && r.Timeout <= time.Minute && r.Timeout%time.Millisecond == 0,
			field+"Timeout", r.Timeout, "1ms to 1m, in whole milliseconds")
		keys = keys || r.covers(keysPath)
	}
	c.That(keys || len(a.Routes) == 0, "Routes", "none for "+keysPath,
		"one that leads there, to the user service: without its keys no token is good")
}

// covers says whether the route is for a path.
func (r Route) covers(path string) bool {
	return r.Prefix == "/" || path == r.Prefix || strings.HasPrefix(path, r.Prefix+"/")
}

// slug is the route's part of a name.
func (r Route) slug() string {
	if r.Prefix == "/" {
		return "all"
	}
	return strings.Trim(slugPattern.ReplaceAllString(strings.ToLower(r.Prefix), "-"), "-")
}

func (a *Args) checkSize(c *check.Args) {
	load := a.PeakQPS >= 1 && a.PeakQPS <= maxQPS
	c.That(load, "PeakQPS", a.PeakQPS, fmt.Sprintf("1 to %d requests a second, what the phase is built for", maxQPS))
	few := a.Replicas.Min >= 2 && a.Replicas.Min <= maxPods
	c.That(few, "Replicas.Min", a.Replicas.Min, fmt.Sprintf("2 to %d: one alone is away when its node is", maxPods))
	if !load {
		return
	}
	c.That(a.RateLimit >= a.PeakQPS, "RateLimit", a.RateLimit, fmt.Sprintf(
		"%d or more: a rate limit below the phase's QPS turns users away on an ordinary day", a.PeakQPS))
	least := max(a.Replicas.Min, podsFor(a.PeakQPS))
	c.That(!few || a.Replicas.Max >= least && a.Replicas.Max <= maxPods, "Replicas.Max", a.Replicas.Max, fmt.Sprintf(
		"%d to %d: a pod carries %d requests a second; raise it, or divide the load over more cells",
		least, maxPods, podQPS))
}
