// Package gateway is the API gateway of a cell: it takes users' requests from the balancer, looks at their tokens, and
// divides them among the services. It is Istio's Envoy, described by the Gateway API.
//
// Creates: a namespace; a Gateway, from which istiod makes the pods, their service, autoscaler and disruption budget as
// a ConfigMap says; a TargetGroupBinding that puts the pods into the balancer's target group; an HTTPRoute and a
// DestinationRule for each service; a RequestAuthentication and an AuthorizationPolicy; and two EnvoyFilters, for the
// limit of requests and for the form of the gateway's own answers.
//
// Tokens: Envoy verifies EdDSA with Ed25519, as the app signs  [source/common/jwt/verify.cc of envoyproxy/envoy].
// Requests without a token get in to what Open lists, all others need a good one, and a bad one is refused everywhere.
// The services verify it again, so that the gateway is no single wall. istiod fetches the keys, through the gateway,
// because it is not in the mesh and no service answers it otherwise; it keeps them for a week when the user service is
// away, so that items do not depend on users. Envoys that fetch by themselves would refuse everyone after 5 minutes.
// Refused requests get 401 in the app's own form.
//
// Limits: each pod takes RateLimit/Replicas.Max requests a second, or the 13,333 that its two processors can do when
// that is more, and twice that for a moment, before it answers 503 with Retry-After. It is busy long before, so that
// more pods come first. A limit below the phase's load is refused (P29). A limit for each user is the services' own.
//
// Retries: what no service has seen is repeated twice, by the mesh's policy, for at most a fifth of the requests under
// way. Not for each route: the field of HTTPRoute is experimental, and the standard definitions do not have it. A pod
// that does not answer at all is left out for a while, at most three in ten; one that sheds load is not.
//
// The pods are not in the mesh's ambient mode but speak its protocol: they are one principal, whom the services let in.
// App servers behind see two proxies in X-Forwarded-For, the balancer and the gateway.
//
// A service with a canary has two backends, and requests are divided by their weights. It gets requests, not users: two
// of a user's may meet two releases.
//
// In a destroy pods leave the target group before they end, and the Gateway goes before istiod (P20). The balancer is
// not the cluster's, so that none is left behind.
//
// Stateful: no. Cost: none but its pods: three of 2 processors and 1 GiB at the least, 218 USD a month with Auto Mode's
// fee, and 19 for 100K requests a second with a zone lost (us-east-1, on demand, 2026-09). Amazon API Gateway costs
// 27,395 at phase 4's mean, and stops at 10,000 requests a second (P29).
//
// Left out of what Amazon API Gateway and terraform-aws-modules/apigateway-v2 offer:
//   - Usage plans and API keys: partners have a quota, users have not.
//   - Request validation, caching and transformation: the services do it, under the same contract.
//   - WAF and CloudFront before the API: at this load each of them alone is over the budget (cost.md 5).
package gateway

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/kube"
	"github.com/ladder-iac/ladder/components/mesh"
)

const (
	// Port is where the pods listen.
	Port = 8080

	// inCluster is what the gateway and its namespace are called in the cluster: the same in every region, because the
	// services let in who comes from there.
	inCluster = "gateway"
	class     = "istio"
	// workload is what istiod calls the gateway's deployment, service and service account.
	workload = inCluster + "-" + class

	gatewayGroup  = "gateway.networking.k8s.io"
	gatewayAPI    = gatewayGroup + "/v1"
	networkingAPI = "networking.istio.io/v1"
	securityAPI   = "security.istio.io/v1"
)

// Gateway is an API gateway.
type Gateway struct {
	pulumi.ResourceState

	Principal pulumi.StringOutput `pulumi:"principal"` // who it is for the services
}

// New makes a gateway. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Gateway, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	g := &Gateway{Principal: pulumi.String(mesh.Principal(inCluster, workload)).ToStringOutput()}
	if err := ctx.RegisterComponentResource("ladder:gateway:Gateway", name, g, opts...); err != nil {
		return nil, fmt.Errorf("gateway %q: %w", name, err)
	}
	b := &builder{ctx: ctx, name: name, args: args, parent: g}
	entry := b.entry()
	routes := b.routes(entry)
	b.tokens(entry, routes)
	b.bind(routes) // pods get requests once they know where to
	if b.err != nil {
		return nil, b.err
	}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"principal": g.Principal})
}

// builder makes the objects, and nothing more after the first error.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   Args
	parent *Gateway
	err    error
}

// object makes an object of an extension after others.
func (b *builder) object(part string, o kube.Object, after ...pulumi.Resource) pulumi.Resource {
	if b.err != nil {
		return nil
	}
	var made pulumi.Resource
	made, b.err = kube.New(b.ctx, b.name+"-"+part, o, b.options(after)...)
	return made
}

func (b *builder) options(after []pulumi.Resource) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{
		pulumi.Parent(b.parent), pulumi.Provider(b.args.Cluster.Provider), pulumi.DependsOn(after),
	}
}
