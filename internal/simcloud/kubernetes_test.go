package simcloud_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ladder-iac/ladder/internal/facts"
)

const (
	addonType     = "aws:eks/addon:Addon"
	bindingType   = "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding"
	configType    = "kubernetes:core/v1:ConfigMap"
	namespaceType = "kubernetes:core/v1:Namespace"
	nodeClassType = "kubernetes:eks.amazonaws.com/v1:NodeClass"
	nodePoolType  = "kubernetes:karpenter.sh/v1:NodePool"
	releaseType   = "kubernetes:helm.sh/v3:Release"
	routeType     = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	strictType    = "kubernetes:security.istio.io/v1:PeerAuthentication"
)

// definition is what makes a cluster know a kind.
func definition(group, kind, plural string, served bool, versions ...string) props {
	var all []any
	for _, version := range versions {
		all = append(all, props{"name": version, "served": served, "storage": true})
	}
	return props{"metadata": props{"name": plural + "." + group}, "spec": props{
		"group": group, "scope": "Namespaced", "names": props{"kind": kind, "plural": plural}, "versions": all,
	}}
}

// lacks expects the API server's refusal of a new object.
func (w world) lacks(typ, name string, inputs props, parts ...string) {
	w.t.Helper()
	_, err := create(w.t, w.at(typ), typ, name, inputs)
	require.Equal(w.t, codes.FailedPrecondition, status.Code(err), "%v", err)
	for _, part := range append(parts, "creating "+typ+` "`+name+`"`, "want ") {
		require.ErrorContains(w.t, err, part)
	}
	_, stands := w.cloud.Lookup(urn(typ, name))
	require.False(w.t, stands)
}

func TestNamespaceMustExist(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t).inCluster()
	inputs := props{"metadata": props{"namespace": "shop"}}
	w.lacks(configType, "settings", inputs, `namespaces "shop" not found`)
	w.make(configType, "elsewhere", props{"metadata": props{"namespace": "kube-system"}})
	w.make(configType, "first", props{})
	shop := w.make(namespaceType, "shop", props{"metadata": props{"name": "shop"}})
	w.make(configType, "settings", inputs)

	require.NoError(t, w.delete(shop))
	_, stands := w.cloud.Lookup(urn(configType, "settings"))
	require.False(t, stands, "what is in a namespace goes along with it")
	_, stands = w.cloud.Lookup(urn(configType, "first"))
	require.True(t, stands)

	mesh := props{"chart": "base", "namespace": "istio-system"}
	w.lacks(releaseType, "base", mesh, `namespaces "istio-system" not found`)
	mesh["createNamespace"] = true
	w.make(releaseType, "base", mesh)
	w.make(configType, "of the mesh", props{"metadata": props{"namespace": "istio-system"}})
}

func TestDefinitionMustBeInstalled(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t).inCluster()
	route := props{"spec": props{}}
	w.lacks(routeType, "route", route, `no matches for kind "HTTPRoute" in version "gateway.networking.k8s.io/v1"`,
		"CustomResourceDefinition")
	const group = "gateway.networking.k8s.io"
	w.make(facts.Definition, "gateways", definition(group, "Gateway", "gateways", true, "v1"))
	w.make(facts.Definition, "old", definition(group, "HTTPRoute", "oldroutes", true, "v1beta1"))
	w.make(facts.Definition, "off", definition(group, "HTTPRoute", "offroutes", false, "v1"))
	w.lacks(routeType, "route", route, "no matches for kind")
	routes := w.make(facts.Definition, "routes", definition(group, "HTTPRoute", "httproutes", true, "v1beta1", "v1"))
	made := w.make(routeType, "route", route)
	require.NoError(t, w.delete(routes))
	_, stands := w.cloud.Lookup(urn(routeType, "route"))
	require.False(t, stands, "the objects of a kind go along with its definition")
	require.NoError(t, w.delete(made), "what is gone is gone")
}

func TestDefinitionsOfAChart(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t).inCluster()
	strict := props{"spec": props{"mtls": props{"mode": "STRICT"}}}
	w.make(releaseType, "istiod", props{"chart": "istiod"})
	w.lacks(strictType, "strict", strict, "no matches for kind", "a release of the chart base")
	w.make(releaseType, "base", props{"chart": "oci://registry.example/istio/base"})
	w.make(strictType, "strict", strict)
}

// Auto Mode brings its own definitions; a cluster without it knows none of them, nor does a cluster of another cloud.
func TestDefinitionsOfAutoMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.make(eksType, "plain", props{"name": "plain"})
	for _, cluster := range []string{plain.outputs["arn"].StringValue(), "a cluster of someone's own"} {
		w.inside = w.into(cluster)
		w.lacks(nodePoolType, "nodes", props{"spec": props{}}, "no matches for kind", "an EKS cluster in Auto Mode")
	}
	w, _ = w.inCluster()
	w.make(nodePoolType, "nodes", props{"spec": props{}})
}

func TestClusterThatIsNot(t *testing.T) {
	t.Parallel()
	w, eks := newWorld(t).inCluster()
	w.make(configType, "settings", props{})
	w.make(addonType, "coredns", props{"clusterName": "cell", "addonName": "coredns"})
	require.NoError(t, w.delete(eks), "what is in it or about it does not hold a cluster")
	for typ, name := range map[string]string{configType: "settings", addonType: "coredns"} {
		_, stands := w.cloud.Lookup(urn(typ, name))
		require.False(t, stands, "and goes along with it")
	}
	w.lacks(configType, "more", props{}, "the cluster is unreachable", eks.outputs["arn"].StringValue())
}

// What a network waits for in a cluster: the nodes of a class, and the rules that a binding's controller keeps.
func TestHeldByObjects(t *testing.T) {
	t.Parallel()
	w, eks := newWorld(t).inCluster()
	subnet := w.make(subnetType, "pods", props{"cidrBlock": "10.0.0.0/24"})
	group := w.make(groupType, "edge", props{})
	w.lacks(nodeClassType, "lost", props{"spec": props{"subnetSelectorTerms": []any{props{"id": "subnet-0123456789abcdef0"}}}},
		"InvalidSubnetID.NotFound", "spec.subnetSelectorTerms[0].id")
	class := w.make(nodeClassType, "class", props{
		"metadata": props{"name": "class"}, "spec": props{"subnetSelectorTerms": []any{props{"id": subnet.id}}},
	})
	pool := w.make(nodePoolType, "pool", props{"spec": props{"template": props{"spec": props{
		"nodeClassRef": props{"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "class"},
	}}}})
	from := props{"securityGroup": props{"groupID": group.id}}
	binding := w.make(bindingType, "binding", props{"spec": props{
		"networking": props{"ingress": []any{props{"from": []any{from}}}},
	}})

	refused(t, w.delete(subnet), "DependencyViolation", class.subject())
	refused(t, w.delete(group), "DependencyViolation", binding.subject())
	refused(t, w.delete(class), "DeadlineExceeded", pool.subject())
	require.NoError(t, w.delete(pool))
	require.NoError(t, w.delete(class))
	require.NoError(t, w.delete(subnet))
	require.NoError(t, w.delete(eks), "its end takes the nodes and the rules along")
	require.NoError(t, w.delete(group))
}
