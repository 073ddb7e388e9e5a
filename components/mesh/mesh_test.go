package mesh_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	security "istio.io/api/security/v1beta1"
	telemetry "istio.io/api/telemetry/v1alpha1"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func minimal() *mesh.Args { return &mesh.Args{Cluster: &eks.EKS{}, Kubernetes: "1.35"} }

// program makes a mesh in a cluster of which nothing but the provider is known.
func program(args *mesh.Args, then ...func(*pulumi.Context, *mesh.Mesh) error) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		if args.Cluster != nil {
			provider, err := kubernetes.NewProvider(ctx, "cluster-provider", &kubernetes.ProviderArgs{})
			if err != nil {
				return err
			}
			args.Cluster = &eks.EKS{Provider: provider}
		}
		m, err := mesh.New(ctx, "mesh", args)
		for _, next := range then {
			if err == nil {
				err = next(ctx, m)
			}
		}
		return err
	}
}

const release = "kubernetes:helm.sh/v3:Release"

// Each part waits for what it needs (P17), and so goes after what needs it (P20): objects of Istio before istiod, and
// pods' networks before the agent that made them.
func TestOrder(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(minimal()))
	find := func(name string) graph.Resource { return graphtest.Find(t, g, name) }
	chain := []string{"mesh-base", "mesh-istiod", "mesh-cni", "mesh-ztunnel", "mesh-nobody"}
	for i, name := range chain[1:] {
		require.Contains(t, find(name).Options.DependsOn, find(chain[i]).URN, name)
	}
	for _, before := range []string{"mesh-namespace", "mesh-httproutes.gateway.networking.k8s.io"} {
		require.Contains(t, find("mesh-base").Options.DependsOn, find(before).URN)
	}
	for _, r := range g.Resources {
		if strings.HasPrefix(r.Name, "mesh-") {
			require.Equal(t, find("mesh").URN, r.Parent, r.Name)
			require.Equal(t, find("cluster-provider").URN, r.Options.Provider, "%s: P30", r.Name)
		}
	}
}

// What a chart is told is told in its own words, which nobody checks before a cluster does.
func TestValues(t *testing.T) {
	t.Parallel()
	args := minimal()
	args.Version, args.NodeVCPUs = "1.30.8", 16
	g := graphtest.Record(t, program(args))
	charts := map[string]any{}
	for _, name := range graphtest.Names(g, release) {
		r := graphtest.Find(t, g, name)
		require.Equal(t, "1.30.8", r.Inputs["version"], "one version for all")
		require.Equal(t, "istio-system", r.Inputs["namespace"])
		charts[r.Inputs["chart"].(string)] = r.Inputs["values"]
	}
	require.Len(t, charts, 4)
	text, err := json.MarshalIndent(charts, "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "values.json", string(text)+"\n")
	ztunnel := charts["ztunnel"].(map[string]any)["resources"].(map[string]any)
	require.Equal(t, "800m", ztunnel["requests"].(map[string]any)["cpu"], "16 processors, 500 requests each, 60 us, 60 % busy")
	require.NotContains(t, ztunnel["limits"], "cpu", "all pods of a node would wait for it")
}

// The rules of the mesh are in its root namespace and name no workload, so that they are for all; and they are what
// Istio's own types can hold.
func TestRules(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(minimal(), func(ctx *pulumi.Context, m *mesh.Mesh) error {
		return mesh.Allow(ctx, "users-callers", mesh.AllowArgs{
			Namespace: "app", Labels: map[string]string{"app": "users"},
			From: []string{mesh.Principal("gateway", "gateway-istio")},
		}, pulumi.DependsOn(m.Ready))
	}))
	for name, want := range map[string]struct {
		namespace, spec string
		into            proto.Message
	}{
		"mesh-mutual-tls": {"istio-system", `{"mtls": {"mode": "STRICT"}}`, &security.PeerAuthentication{}},
		"mesh-nobody":     {"istio-system", `{}`, &security.AuthorizationPolicy{}},
		"mesh-telemetry": {"istio-system", `{
			"accessLogging": [{"providers": [{"name": "envoy"}], "filter": {"expression": "response.code >= 500"}}],
			"tracing": [{"randomSamplingPercentage": 0.1}]}`, &telemetry.Telemetry{}},
		"users-callers": {
			"app", `{
			"selector": {"matchLabels": {"app": "users"}},
			"rules": [{"from": [{"source": {"principals": ["cluster.local/ns/gateway/sa/gateway-istio"]}}]}]}`,
			&security.AuthorizationPolicy{},
		},
	} {
		object := graphtest.Find(t, g, name)
		require.Equal(t, want.namespace, object.Inputs["metadata"].(map[string]any)["namespace"])
		text, err := json.Marshal(object.Inputs["spec"])
		require.NoError(t, err)
		require.JSONEq(t, want.spec, string(text), name)
		require.NoError(t, protojson.Unmarshal(text, want.into), name)
	}
	require.Contains(t, graphtest.Find(t, g, "users-callers").Options.DependsOn, graphtest.Find(t, g, "mesh-nobody").URN)
}

func TestAllowWantsToKnowWhom(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error { return mesh.Allow(ctx, "x", mesh.AllowArgs{}) })
	for _, field := range []string{"Namespace", "Labels", "From"} {
		require.Contains(t, text, `mesh.Allow "x": `+field+": got nothing, want ")
	}
}

var mistakes = map[string][]struct {
	edit func(*mesh.Args)
	want string
}{
	"Cluster": {{func(a *mesh.Args) { a.Cluster = nil }, "Cluster: got nothing, want an eks component"}},
	"Kubernetes": {
		{func(a *mesh.Args) { a.Kubernetes = "" }, `Kubernetes: got "", want the minor version of the cluster`},
		{func(a *mesh.Args) { a.Kubernetes = "1.35.2" }, `Kubernetes: got "1.35.2", want the minor version`},
		{func(a *mesh.Args) { a.Kubernetes = "1.31" }, `Kubernetes: got "1.31", want 1.32 to 1.36, which Istio 1.31 takes`},
		{func(a *mesh.Args) { a.Kubernetes = "1.37" }, `Kubernetes: got "1.37", want 1.32 to 1.36`},
		{func(a *mesh.Args) { a.Kubernetes = "1.99999999999999999999" }, `want 1.32 to 1.36`},
	},
	"Version": {
		{func(a *mesh.Args) { a.Version = "1.28.0" }, `Version: got "1.28.0", want 1.30.x or 1.31.x`},
		{func(a *mesh.Args) { a.Version = "1.31" }, `Version: got "1.31", want 1.30.x or 1.31.x with its patch`},
		{func(a *mesh.Args) { a.Version = "v1.31.0" }, `Version: got "v1.31.0"`},
	},
	"NodeVCPUs": {
		{func(a *mesh.Args) { a.NodeVCPUs = 1 }, "NodeVCPUs: got 1, want 2 to 192"},
		{func(a *mesh.Args) { a.NodeVCPUs = 193 }, "NodeVCPUs: got 193, want 2 to 192"},
	},
}

func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	args := reflect.TypeFor[mesh.Args]()
	require.Len(t, mistakes, args.NumField())
	for field := range args.Fields() {
		require.NotEmpty(t, mistakes[field.Name], field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, c := range list {
			t.Run(field+" "+c.want, func(t *testing.T) {
				t.Parallel()
				args := minimal()
				c.edit(args)
				text := graphtest.Error(t, program(args))
				require.Contains(t, text, c.want)
				require.Equal(t, 1, strings.Count(text, `mesh "mesh": `), "one mistake, told once:\n%v", text)
			})
		}
	}
}
