package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

func TestExtensions(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]facts.Extension{
		"kubernetes:gateway.networking.k8s.io/v1:HTTPRoute":   {APIVersion: "gateway.networking.k8s.io/v1", Kind: "HTTPRoute"},
		"kubernetes:security.istio.io/v1:AuthorizationPolicy": {APIVersion: "security.istio.io/v1", Kind: "AuthorizationPolicy", Chart: "base"},
		"kubernetes:karpenter.sh/v1:NodePool":                 {APIVersion: "karpenter.sh/v1", Kind: "NodePool", AutoMode: true},
		"kubernetes:core/v1:Service":                          {},
		"aws:ec2/vpc:Vpc":                                     {},
	} {
		got, ok := lookup(t, token).Extension()
		require.Equal(t, want, got)
		require.Equal(t, want.Kind != "", ok)
	}
	route, _ := lookup(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute").Extension()
	require.Equal(t, "gateway.networking.k8s.io", route.Group())
	require.Equal(t, "v1", route.Version())
}

// A kind that is not in the tables is refused, with the place to add it.
func TestUnknownKinds(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"kubernetes:gateway.networking.k8s.io/v1:GRPCRoute": "internal/facts/extensions.go",
		"kubernetes:networking.istio.io/v1:Sidecar":         "internal/facts/extensions.go",
		"kubernetes:networking.k8s.io/v1:Ingress":           "go run ./internal/facts/gen kubernetes:networking.k8s.io/v1:Ingress",
		"kubernetes:apps/v1:DaemonSet":                      "go run ./internal/facts/gen kubernetes:apps/v1:DaemonSet",
		"aws:eks/nodeGroup:NodeGroup":                       "-from replace-on-change.json aws:eks/nodeGroup:NodeGroup",
	} {
		_, err := facts.Lookup(token)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, token)
	}
}

func TestNamesOfObjects(t *testing.T) {
	t.Parallel()
	spec := map[string]any{}
	for token, c := range map[string]struct {
		inputs map[string]any
		id     string
	}{
		"kubernetes:gateway.networking.k8s.io/v1:Gateway":      {map[string]any{"spec": spec}, `default/it-[0-9a-f]{8}`},
		"kubernetes:gateway.networking.k8s.io/v1:GatewayClass": {map[string]any{"spec": spec}, `it-[0-9a-f]{8}`},
		"kubernetes:eks.amazonaws.com/v1:NodeClass":            {map[string]any{"spec": spec}, `it-[0-9a-f]{8}`},
		"kubernetes:karpenter.sh/v1:NodePool":                  {map[string]any{"spec": spec}, `it-[0-9a-f]{8}`},
		"kubernetes:batch/v1:Job":                              {map[string]any{"metadata": map[string]any{"namespace": "shop"}}, `shop/it-[0-9a-f]{8}`},
		"kubernetes:helm.sh/v3:Release":                        {map[string]any{"chart": "base"}, `default/it-[0-9a-f]{8}`},
	} {
		id, _ := create(t, token, "it", c.inputs)
		require.Regexp(t, "^"+c.id+"$", id, token)
	}
}

func TestKindFits(t *testing.T) {
	t.Parallel()
	route := lookup(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
	good := map[string]any{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": map[string]any{}}
	require.Empty(t, route.Check(props(good)))
	for _, c := range []struct{ change, to, want string }{
		{"apiVersion", "gateway.networking.k8s.io/v1beta1", "gateway.networking.k8s.io/v1, as the type says"},
		{"kind", "Gateway", "HTTPRoute, as the type says"},
	} {
		bad := props(good)
		bad[resource.PropertyKey(c.change)] = resource.NewStringProperty(c.to)
		require.Equal(t, []facts.Problem{{Property: c.change, Got: "another", Want: c.want}}, route.Check(bad))
	}
	delete(good, "spec")
	require.Equal(t, []facts.Problem{{Property: "spec", Got: "nothing", Want: "a map of values: the input is required"}},
		route.Check(props(good)))

	definition := map[string]any{"metadata": map[string]any{"name": "gateways"}, "spec": map[string]any{
		"group": "gateway.networking.k8s.io", "scope": "Namespaced",
		"names": map[string]any{"kind": "Gateway", "plural": "gateways"},
		"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": map[string]any{
			"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-validations": []any{}},
		}}},
	}}
	problems := lookup(t, facts.Definition).Check(props(definition))
	require.Len(t, problems, 1)
	require.Equal(t, "gateways.gateway.networking.k8s.io: the plural name and the group", problems[0].Want)
}

// A release counts its upgrades; its values may hold what is not known yet, and what is secret.
func TestRelease(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "kubernetes:helm.sh/v3:Release")
	inputs := props(map[string]any{"chart": "istiod", "version": "1.28.0", "name": "istiod", "namespace": "istio-system"})
	inputs["values"] = resource.NewObjectProperty(resource.PropertyMap{
		"global": resource.NewObjectProperty(resource.PropertyMap{
			"endpoint": resource.MakeComputed(resource.NewStringProperty("")),
			"token":    resource.MakeSecret(resource.NewStringProperty("open-sesame")),
		}),
	})
	require.Empty(t, typ.Check(inputs))
	planned := typ.PlanCreate(here, "mesh", inputs)
	require.Equal(t, "istiod", planned["name"].StringValue())
	require.True(t, planned["status"].IsComputed())

	inputs["values"].ObjectValue()["global"].ObjectValue()["endpoint"] = resource.NewStringProperty("e")
	id, outputs := typ.Create(here, "mesh", inputs)
	require.Equal(t, "istio-system/istiod", id)
	require.Equal(t, props(map[string]any{
		"name": "istiod", "namespace": "istio-system", "chart": "istiod", "version": "1.28.0", "status": "deployed", "revision": 1,
	}), outputs["status"].ObjectValue())

	next := inputs.Copy()
	next["version"] = resource.NewStringProperty("1.28.1")
	outputs = typ.Update(here, id, outputs, next)
	outputs = typ.Update(here, id, outputs, inputs)
	require.InDelta(t, 3, outputs["status"].ObjectValue()["revision"].NumberValue(), 0)
	require.Equal(t, "istiod", outputs["name"].StringValue())
}
