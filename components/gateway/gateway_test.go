package gateway_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func users() *service.Service {
	return &service.Service{
		Role: service.User, Name: "user-service", Namespace: "app",
		Backends: []service.Backend{{Name: "user-service", Weight: 100}},
	}
}

// items are on trial with a canary.
func items() *service.Service {
	return &service.Service{
		Role: service.Data, Name: "data-service", Namespace: "app",
		Backends: []service.Backend{{Name: "data-service", Weight: 95}, {Name: "data-service-canary", Weight: 5}},
	}
}

func typical() *gateway.Args {
	return &gateway.Args{
		Cluster: &eks.EKS{}, Mesh: &mesh.Mesh{}, TargetGroupARN: pulumi.String("arn:targets"),
		Routes: []gateway.Route{
			{Prefix: "/api/v1/users", Service: users()},
			{Prefix: "/api/v1/sessions", Service: users(), Timeout: 2500 * time.Millisecond},
			{Prefix: "/.well-known/jwks.json", Service: users()},
			{Prefix: "/api/v1/items", Service: items()},
		},
		Open:    []string{"POST /api/v1/users", "POST /api/v1/sessions"},
		PeakQPS: 100_000,
	}
}

// program makes a gateway in a cluster of which nothing but the provider is known; ready stands for the mesh, and pods
// for those of every service.
func program(args *gateway.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		stand := func(name string) (pulumi.Resource, error) { return corev1.NewNamespace(ctx, name, nil) }
		provider, err := kubernetes.NewProvider(ctx, "cluster-provider", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		ready, err := stand("ready")
		if err != nil {
			return err
		}
		pods, err := stand("pods")
		if err != nil {
			return err
		}
		if args.Cluster != nil {
			args.Cluster = &eks.EKS{Provider: provider}
		}
		if args.Mesh != nil {
			args.Mesh = &mesh.Mesh{Ready: []pulumi.Resource{ready}}
		}
		for i := range args.Routes {
			if s := args.Routes[i].Service; s != nil {
				s.Ready = []pulumi.Resource{pods}
			}
		}
		_, err = gateway.New(ctx, "gateway-secondary", args)
		return err
	}
}

// Pods come after the mesh, routes after pods of theirs and of the services, and the balancer's requests last; a
// destroy goes the other way, so that no request meets a part of it (P17, P20).
func TestOrder(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	find := func(name string) graph.Resource { return graphtest.Find(t, g, name) }
	child := func(part string) graph.Resource { return find("gateway-secondary-" + part) }
	for _, pair := range [][2]graph.Resource{
		{find("ready"), child("namespace")},
		{child("namespace"), child("pods")},
		{child("pods"), child("entry")},
		{child("entry"), child("route-api-v1-items")},
		{find("pods"), child("route-api-v1-items")},
		{child("calls-data-service"), child("route-api-v1-items")},
		{child("calls-data-service-canary"), child("route-api-v1-items")},
		{child("route-api-v1-items"), child("targets")},
		{child("limit"), child("targets")},
		{child("answers"), child("targets")},
		{child("callers"), child("tokens")},
		{child("route-well-known-jwks-json"), child("tokens")},
	} {
		require.Contains(t, pair[1].Options.DependsOn, pair[0].URN, "%s after %s", pair[1].Name, pair[0].Name)
	}
	for _, r := range g.Resources {
		if r.Parent != "" {
			require.Equal(t, find("cluster-provider").URN, r.Options.Provider, "%s: P30", r.Name)
		}
	}
}

// All objects, as the cluster gets them.
func TestObjects(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	objects := map[string]any{}
	for _, r := range g.Resources {
		if r.Parent != "" {
			objects[r.Name] = map[string]any{"type": r.Type, "inputs": r.Inputs}
		}
	}
	text, err := json.MarshalIndent(objects, "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "objects.json", string(text)+"\n")
}

// The cluster's names are the same in every region, whatever the component's: services let in who has them.
func TestNamesInTheClusterAreFixed(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	entry := graphtest.Find(t, g, "gateway-secondary-entry").Inputs
	metadata := entry["metadata"].(map[string]any)
	require.Equal(t, "gateway", metadata["name"])
	require.Equal(t, "gateway", metadata["namespace"])
	require.Equal(t, map[string]any{"networking.istio.io/service-type": "ClusterIP"}, metadata["annotations"],
		"no balancer is the cluster's")
	require.Equal(t, "istio", entry["spec"].(map[string]any)["gatewayClassName"], "which makes the account gateway-istio")
}

// A canary gets its weight of the requests, and each prefix has its time.
func TestRoutes(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	rule := func(part string) map[string]any {
		spec := graphtest.Find(t, g, "gateway-secondary-route-"+part).Inputs["spec"].(map[string]any)
		return spec["rules"].([]any)[0].(map[string]any)
	}
	require.Equal(t, []any{
		map[string]any{"name": "data-service", "port": 8080.0, "weight": 95.0},
		map[string]any{"name": "data-service-canary", "port": 8080.0, "weight": 5.0},
	}, rule("api-v1-items")["backendRefs"])
	require.Equal(t, map[string]any{"request": "5s"}, rule("api-v1-items")["timeouts"])
	require.Equal(t, map[string]any{"request": "2500ms"}, rule("api-v1-sessions")["timeouts"])
	require.NotContains(t, rule("api-v1-items"), "retry", "the standard definitions do not have it")
}

// The settings of the pods have a name of their own each, so that istiod never looks for one that is gone.
func TestOtherPodsAreOtherSettings(t *testing.T) {
	t.Parallel()
	name := func(peak int) (string, any) {
		args := typical()
		args.PeakQPS = peak
		g := graphtest.Record(t, program(args))
		settings := graphtest.Find(t, g, "gateway-secondary-pods").Inputs["metadata"].(map[string]any)["name"].(string)
		entry := graphtest.Find(t, g, "gateway-secondary-entry").Inputs["spec"].(map[string]any)
		return settings, entry["infrastructure"].(map[string]any)["parametersRef"].(map[string]any)["name"]
	}
	small, named := name(10_000)
	require.Equal(t, small, named)
	large, named := name(100_000)
	require.Equal(t, large, named)
	require.NotEqual(t, small, large)
}

// 15,000 requests a second, with a zone of three lost, are two pods' work; there are three in three zones.
func TestSizes(t *testing.T) {
	t.Parallel()
	for peak, want := range map[int]struct{ least, most, fill float64 }{
		1:       {3, 3, 1334},
		10_000:  {3, 3, 1334},
		100_000: {3, 19, 1334},
	} {
		args := typical()
		args.PeakQPS = peak
		g := graphtest.Record(t, program(args))
		var scaler struct {
			Spec struct{ MinReplicas, MaxReplicas float64 }
		}
		data := graphtest.Find(t, g, "gateway-secondary-pods").Inputs["data"].(map[string]any)
		require.NoError(t, json.Unmarshal([]byte(data["horizontalPodAutoscaler"].(string)), &scaler))
		require.InDelta(t, want.least, scaler.Spec.MinReplicas, 0, "%d", peak)
		require.InDelta(t, want.most, scaler.Spec.MaxReplicas, 0, "%d", peak)
		bucket := limitOf(t, g)["token_bucket"].(map[string]any)
		require.InDelta(t, want.fill, bucket["tokens_per_fill"], 0, "%d", peak)
		require.GreaterOrEqual(t, bucket["tokens_per_fill"].(float64)*10*want.most, float64(peak), "P29")
		// [app.md B3: 150 us of a processor; a tenth is what the autoscaler tolerates].
		require.Greater(t, bucket["tokens_per_fill"].(float64)*10*150e-6/2, 1.1*0.6, "more pods come before a pod refuses")
	}
}

func limitOf(t *testing.T, g *graph.Graph) map[string]any {
	t.Helper()
	spec := graphtest.Find(t, g, "gateway-secondary-limit").Inputs["spec"].(map[string]any)
	patch := spec["configPatches"].([]any)[0].(map[string]any)["patch"].(map[string]any)
	return patch["value"].(map[string]any)["typed_config"].(map[string]any)
}
