package stacks_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	networking "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	telemetry "istio.io/api/telemetry/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/manifests"
	"github.com/ladder-iac/ladder/stacks"
)

// clusters are what phase 4 gives its clusters.
func clusters(t *testing.T) []manifests.Cluster {
	t.Helper()
	g, err := graph.Record(stacks.Run, run(t, "phase4", nil))
	require.NoError(t, err)
	list := manifests.Of(g)
	require.NotEmpty(t, list)
	return list
}

// objects of an API version and kind, all clusters together.
func objects(list []manifests.Cluster, of string) []manifests.Object {
	var found []manifests.Object
	for _, cluster := range list {
		for _, o := range cluster.Objects {
			if kindOf(o) == of {
				found = append(found, o)
			}
		}
	}
	return found
}

func kindOf(o manifests.Object) string {
	version, _ := o.Body["apiVersion"].(string)
	kind, _ := o.Body["kind"].(string)
	return version + " " + kind
}

// typed are the Go types of what phase 4 makes. NodePool and TargetGroupBinding have none that can be had: Karpenter's
// module weighs too much, and AWS publishes none of its own kinds. Their components hold them to types of ours.
var typed = map[string]func() any{
	"apps/v1 Deployment":                               func() any { return &appsv1.Deployment{} },
	"autoscaling/v2 HorizontalPodAutoscaler":           func() any { return &autoscalingv2.HorizontalPodAutoscaler{} },
	"batch/v1 Job":                                     func() any { return &batchv1.Job{} },
	"networking.k8s.io/v1 NetworkPolicy":               func() any { return &networkingv1.NetworkPolicy{} },
	"policy/v1 PodDisruptionBudget":                    func() any { return &policyv1.PodDisruptionBudget{} },
	"v1 ConfigMap":                                     func() any { return &corev1.ConfigMap{} },
	"v1 Namespace":                                     func() any { return &corev1.Namespace{} },
	"v1 Service":                                       func() any { return &corev1.Service{} },
	"v1 ServiceAccount":                                func() any { return &corev1.ServiceAccount{} },
	"gateway.networking.k8s.io/v1 Gateway":             func() any { return &gatewayv1.Gateway{} },
	"gateway.networking.k8s.io/v1 HTTPRoute":           func() any { return &gatewayv1.HTTPRoute{} },
	"security.istio.io/v1 PeerAuthentication":          func() any { return &security.PeerAuthentication{} },
	"security.istio.io/v1 AuthorizationPolicy":         func() any { return &security.AuthorizationPolicy{} },
	"security.istio.io/v1 RequestAuthentication":       func() any { return &security.RequestAuthentication{} },
	"networking.istio.io/v1 DestinationRule":           func() any { return &networking.DestinationRule{} },
	"networking.istio.io/v1alpha3 EnvoyFilter":         func() any { return &networking.EnvoyFilter{} },
	"telemetry.istio.io/v1 Telemetry":                  func() any { return &telemetry.Telemetry{} },
	"apiextensions.k8s.io/v1 CustomResourceDefinition": nil, // taken from its module as it is
	"karpenter.sh/v1 NodePool":                         nil,
	"eks.amazonaws.com/v1 TargetGroupBinding":          nil,
}

// Every object is what its API's Go type says, to the last field.
func TestManifestsAreTyped(t *testing.T) {
	t.Parallel()
	for _, cluster := range clusters(t) {
		for _, o := range cluster.Objects {
			of, known := typed[kindOf(o)]
			require.True(t, known, "%s: a kind without a type: %s", o.URN, kindOf(o))
			if of != nil {
				require.NoError(t, strictly(o, of()), o.URN)
			}
		}
	}
}

// strictly decodes an object; Istio's types are of a spec alone.
func strictly(o manifests.Object, into any) error {
	if message, is := into.(proto.Message); is {
		text, err := json.Marshal(o.Body["spec"])
		if err != nil {
			return err
		}
		return protojson.Unmarshal(text, message)
	}
	text, err := json.Marshal(o.Body)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

var byDigest = regexp.MustCompile(`^[^:@]+@sha256:[0-9a-f]{64}$`)

// No pod has rights that it does not need, runs an image that may change, or takes what it did not ask for; and what
// serves users can lose a pod, a node or a zone.
func TestPodsKeepThePolicy(t *testing.T) {
	t.Parallel()
	list := clusters(t)
	budgets, scalers := owners(t, list, "policy/v1 PodDisruptionBudget"), owners(t, list, "autoscaling/v2 HorizontalPodAutoscaler")
	deployments := objects(list, "apps/v1 Deployment")
	require.Len(t, deployments, 6, "three services in two regions")
	for _, o := range deployments {
		var d appsv1.Deployment
		require.NoError(t, strictly(o, &d))
		requireSafe(t, d.Name, d.Spec.Template.Spec)
		app := d.Spec.Template.Spec.Containers[0]
		require.NotNil(t, app.LivenessProbe, d.Name)
		require.NotNil(t, app.ReadinessProbe, d.Name)
		require.NotNil(t, app.StartupProbe, d.Name)
		zones := slices.ContainsFunc(d.Spec.Template.Spec.TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) bool {
			return c.TopologyKey == "topology.kubernetes.io/zone" && c.WhenUnsatisfiable == corev1.DoNotSchedule
		})
		require.True(t, zones, "%s: over zones", d.Name)
		require.Equal(t, 2, budgets[d.Spec.Template.Labels["app.kubernetes.io/name"]], "%s has a budget in each region", d.Name)
		require.Equal(t, 2, scalers[d.Name], "%s is scaled in each region", d.Name)
	}
	for _, o := range objects(list, "batch/v1 Job") {
		var j batchv1.Job
		require.NoError(t, strictly(o, &j))
		requireSafe(t, j.Name, j.Spec.Template.Spec)
	}
}

func requireSafe(t *testing.T, name string, pod corev1.PodSpec) {
	t.Helper()
	require.True(t, *pod.SecurityContext.RunAsNonRoot, name)
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type, name)
	require.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC, name)
	require.False(t, *pod.AutomountServiceAccountToken, name)
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		at := name + " " + c.Name
		require.Regexp(t, byDigest, c.Image, at)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation, at)
		require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem, at)
		require.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop, at)
		require.Nil(t, c.SecurityContext.Privileged, at)
		require.False(t, c.Resources.Requests.Cpu().IsZero(), at)
		require.False(t, c.Resources.Requests.Memory().IsZero(), at)
		require.False(t, c.Resources.Limits.Memory().IsZero(), at)
	}
}

// owners counts what each Deployment or app is named by: the target of a scaler, or what a budget selects.
func owners(t *testing.T, list []manifests.Cluster, of string) map[string]int {
	t.Helper()
	count := map[string]int{}
	for _, o := range objects(list, of) {
		spec, _ := o.Body["spec"].(map[string]any)
		if target, is := spec["scaleTargetRef"].(map[string]any); is {
			count[target["name"].(string)]++
			continue
		}
		selector, _ := spec["selector"].(map[string]any)
		labels, _ := selector["matchLabels"].(map[string]any)
		name, _ := labels["app.kubernetes.io/name"].(string)
		count[name]++
	}
	return count
}

// What a cell runs names nothing of the other region: neither is lost with the other.
func TestCellsNameNothingOfEachOther(t *testing.T) {
	t.Parallel()
	list := clusters(t)
	require.Len(t, list, 2)
	for _, cluster := range list {
		other := "us-west-2"
		if strings.Contains(cluster.Name, "secondary") {
			other = "us-east-1"
		}
		for _, o := range cluster.Objects {
			text, err := json.Marshal(o.Body)
			require.NoError(t, err)
			require.NotContains(t, string(text), other, o.URN)
		}
	}
}

// Everything stands where a provider of ours says: what named none would land in whatever region the environment names.
func TestEveryResourceHasAProvider(t *testing.T) {
	t.Parallel()
	for _, stack := range built() {
		g, err := graph.Record(stacks.Run, run(t, stack, nil))
		require.NoError(t, err)
		for _, r := range g.Resources {
			if strings.HasPrefix(r.Type, "aws:") || strings.HasPrefix(r.Type, "kubernetes:") {
				require.NotEmpty(t, r.Options.Provider, r.URN)
				require.NotContains(t, r.Options.Provider, "::default", r.URN)
			}
		}
	}
}
