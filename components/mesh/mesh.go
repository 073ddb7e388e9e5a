// Package mesh puts a service mesh into a cluster: every call between pods is encrypted, and answered only for callers
// that a policy names. It is Istio in ambient mode, without a proxy in each pod and without waypoints: the proxy of a
// node, ztunnel, does it for connections, at 60 us a side, and requests are the gateway's business.
//
// Creates: the definitions of the Gateway API; the namespace istio-system; four Helm releases one after the other,
// base, istiod, cni and ztunnel; and mesh-wide a PeerAuthentication that takes mutual TLS only, an AuthorizationPolicy
// that lets nobody in, and a Telemetry that logs failed requests alone and traces one in a thousand.
//
// A namespace joins with the labels of Labels, and each workload says by Allow who may call it: the principals that the
// callers' service accounts give them. What is not in the mesh, as a scraper in another namespace, reaches no pod that
// is; the kubelet's probes do. Objects of Istio and of the Gateway API depend on Ready (P17): otherwise the cluster
// does not know their kinds yet, and in a destroy they would outlive what finalises them (P20).
//
// Services keep to the zone of the caller with the trafficDistribution of TrafficDistribution, which ztunnel and the
// gateway follow. Without it two thirds of the bytes cross zones at 0.02 USD/GB: 4,865 USD a month of phase 4's 365 TB
// instead of 730.
//
// On EKS Auto Mode, whose nodes are Bottlerocket: the charts' own paths of the CNI fit, /opt/cni/bin and
// /etc/cni/net.d, and AWS shows the combination  [aws-samples/istio-on-eks, pull request 123, 2026-03: Auto Mode of
// Kubernetes 1.34, Istio 1.28]. Both CNI node agent and ztunnel tolerate every taint. A pod that starts on a new node
// before the agent does is outside of the mesh for some seconds, and its calls are refused. Nodes that begin with the
// taint StartupTaint prevent it: istiod, which tolerates it, takes it off when the agent is ready.
//
// An upgrade goes up by one minor version of Istio, in the order of the releases; a release that fails is rolled back
// and stops the update. During the change of ztunnel on a node connections live on for 30 seconds and are then cut.
//
// Stateful: no. The certificates' authority lives in the cluster, in the secret istio-ca-secret, and is made again;
// each cluster has its own, so that no cell believes another's pods.
//
// Cost: nothing by itself. It takes two istiod of half a processor and 2 GiB, and on each node 0.1 for the agent and a
// twentieth of the processors for ztunnel: about 20 USD a month and 5 % of the nodes (us-east-1, on demand, 2026-09).
//
// Left out of what terraform-aws-modules and EKS Blueprints' istio pattern offer:
//   - Sidecars: 0.2 processors for each pod, a restart of all pods for each upgrade, and 2 ms at p99.
//   - Waypoints: 250 us a hop; the services check requests themselves, and the gateway does for those of users.
//   - Several clusters in one mesh: what reads both regions at run time fails with either (decision 17).
//   - cert-manager and a private CA: 400 USD a month, for certificates that nobody outside of the cluster sees.
//   - Kiali, Jaeger, Prometheus: what is watched is the stack's business (package monitor).
package mesh

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	namespace   = "istio-system" // the root namespace, whose policies are for all
	trustDomain = "cluster.local"
	securityAPI = "security.istio.io/v1"

	// StartupTaint keeps pods off a new node until istiod has seen the node's agent ready; for eks.Args.StartupTaint.
	// [istio, pilot/pkg/controllers/untaint].
	StartupTaint = "cni.istio.io/not-ready"

	// TrafficDistribution of a Kubernetes Service keeps calls in the caller's zone as long as pods are ready there. Only
	// then ztunnel does so, too  [istio.io, Ambient, Traffic Distribution].
	TrafficDistribution = "PreferSameZone"
)

// Labels put the pods of a namespace into the mesh.
func Labels() map[string]string { return map[string]string{"istio.io/dataplane-mode": "ambient"} }

// Mesh is a service mesh.
type Mesh struct {
	pulumi.ResourceState

	Version pulumi.StringOutput `pulumi:"version"` // of Istio
	// Ready is what objects of Istio and of the Gateway API depend on, and pods that are to be in the mesh at once.
	Ready []pulumi.Resource
}

// New makes a mesh. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Mesh, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	m := &Mesh{Version: pulumi.String(args.Version).ToStringOutput()}
	if err := ctx.RegisterComponentResource("ladder:mesh:Mesh", name, m, opts...); err != nil {
		return nil, fmt.Errorf("mesh %q: %w", name, err)
	}
	last, err := m.istio(ctx, name, args, pulumi.Parent(m), pulumi.Provider(args.Cluster.Provider))
	if err != nil {
		return nil, err
	}
	m.Ready, err = m.rules(ctx, name, pulumi.Parent(m), pulumi.Provider(args.Cluster.Provider),
		pulumi.DependsOn([]pulumi.Resource{last}))
	if err != nil {
		return nil, err
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"version": m.Version})
}
