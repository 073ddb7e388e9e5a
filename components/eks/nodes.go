package eks

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/kube"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// nodePoolSpec is the part of karpenter.sh/v1 NodePool that we use. Karpenter's own Go types bring its whole controller
// as a dependency.
type nodePoolSpec struct {
	Template   nodeTemplate      `json:"template"`
	Disruption disruption        `json:"disruption"`
	Limits     map[string]string `json:"limits"`
	Weight     int               `json:"weight"` // 1 to 100; the heaviest pool that fits is taken
}

type nodeTemplate struct {
	Spec nodeSpec `json:"spec"`
}

type nodeSpec struct {
	NodeClassRef           nodeClassRef  `json:"nodeClassRef"`
	Requirements           []requirement `json:"requirements"`
	StartupTaints          []taint       `json:"startupTaints,omitempty"`
	ExpireAfter            string        `json:"expireAfter"`
	TerminationGracePeriod string        `json:"terminationGracePeriod"`
}

type nodeClassRef struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

type requirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

type taint struct {
	Key    string `json:"key"`
	Effect string `json:"effect"`
}

type disruption struct {
	ConsolidationPolicy string   `json:"consolidationPolicy"`
	ConsolidateAfter    string   `json:"consolidateAfter"`
	Budgets             []budget `json:"budgets"`
}

type budget struct {
	Nodes string `json:"nodes"` // a number or a share, rounded up
}

// nodes makes the node pool, and what needs a node to run on. The pool is protected: its end is that of all nodes. A
// changed pool changes in place, and its nodes are renewed as Disruption lets them.
func (e *EKS) nodes(
	ctx *pulumi.Context, name string, args Args, cluster *eks.Cluster, access []pulumi.Resource,
) (pulumi.Resource, error) {
	// Objects through this provider go after those through EKS.Provider, and before the access that it needs.
	provider, err := e.provider(ctx, name+"-nodes-provider", args, cluster, access...)
	if err != nil {
		return nil, err
	}
	pool, err := kube.New(ctx, name+"-nodes", kube.Object{
		APIVersion: "karpenter.sh/v1", Kind: "NodePool", Name: "graviton", Spec: args.nodePool(),
	}, pulumi.Parent(e), pulumi.Provider(provider), pulumi.Protect(true),
		// Its nodes are drained first, for terminationGracePeriod at most.
		pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: "75m"}))
	if err != nil {
		return nil, err
	}
	_, err = eks.NewAddon(ctx, name+"-metrics-server", &eks.AddonArgs{
		ClusterName: cluster.Name,
		AddonName:   pulumi.String("metrics-server"),
		Tags:        tag.Of(name, name+"-metrics-server"),
	}, pulumi.Parent(e), pulumi.DependsOn([]pulumi.Resource{pool}))
	return pool, err
}

func (a *Args) nodePool() nodePoolSpec {
	in := func(key string, values ...string) requirement { return requirement{key, "In", values} }
	return nodePoolSpec{
		Weight: 10, // before the built-in pool, so that add-ons do not start nodes of their own
		Limits: map[string]string{"cpu": strconv.Itoa(a.MaxVCPUs)},
		Disruption: disruption{
			ConsolidationPolicy: "WhenEmptyOrUnderutilized",
			ConsolidateAfter:    "5m", // so that autoscaling of pods does not move nodes at every step
			Budgets:             []budget{{Nodes: "10%"}},
		},
		Template: nodeTemplate{Spec: nodeSpec{
			NodeClassRef: nodeClassRef{"eks.amazonaws.com", "NodeClass", "default"},
			Requirements: []requirement{
				in("kubernetes.io/arch", "arm64"),
				in("karpenter.sh/capacity-type", "on-demand"),
				in("eks.amazonaws.com/instance-family", a.NodeFamilies...),
				in("eks.amazonaws.com/instance-size", a.NodeSizes...),
				in("topology.kubernetes.io/zone", a.zones()...),
			},
			StartupTaints: a.startupTaints(),
			// Expiry knows no budgets, and the weekly image, which does, renews nodes long before. Auto Mode takes
			// 21 days at most.
			ExpireAfter: "480h",
			// The longest that a PodDisruptionBudget or a slow pod holds a node up; otherwise 24 hours.
			TerminationGracePeriod: "1h",
		}},
	}
}

// startupTaints are none that pods have to tolerate: Karpenter counts on somebody to take them off.
func (a *Args) startupTaints() []taint {
	if a.StartupTaint == "" {
		return nil
	}
	return []taint{{a.StartupTaint, "NoSchedule"}}
}
