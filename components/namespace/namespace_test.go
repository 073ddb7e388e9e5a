package namespace_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func strict(t *testing.T, inputs map[string]any, into any) {
	t.Helper()
	written, err := json.Marshal(inputs)
	require.NoError(t, err)
	decoder := json.NewDecoder(strings.NewReader(string(written)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(into))
}

func TestNamespace(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		provider, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		n, err := namespace.New(ctx, "app-secondary", &namespace.Args{
			Cluster: &eks.EKS{Provider: provider}, Mesh: &mesh.Mesh{Ready: []pulumi.Resource{provider}},
			Region: "us-west-2",
		})
		if err == nil {
			require.Equal(t, []string{"app", "us-west-2"}, []string{n.Name, n.Region})
		}
		return err
	})
	var made corev1.Namespace
	resource := graphtest.Find(t, g, "app-secondary-namespace")
	strict(t, resource.Inputs, &made)
	require.Equal(t, "app", made.Name, "the same in every region")
	require.Equal(t, map[string]string{
		"istio.io/dataplane-mode":                    "ambient",
		"pod-security.kubernetes.io/enforce":         "restricted",
		"pod-security.kubernetes.io/enforce-version": "v1.34",
	}, made.Labels)
	require.Contains(t, resource.Options.DependsOn, graphtest.Find(t, g, "cluster").URN, "pods are in the mesh at once")

	var closed networkingv1.NetworkPolicy
	strict(t, graphtest.Find(t, g, "app-secondary-closed").Inputs, &closed)
	require.Equal(t, "app", closed.Namespace)
	require.Empty(t, closed.Spec.PodSelector.MatchLabels, "it is for every pod")
	require.Len(t, closed.Spec.PolicyTypes, 2)
	require.Empty(t, closed.Spec.Ingress)
	require.Empty(t, closed.Spec.Egress)

	var enforced corev1.ConfigMap
	strict(t, graphtest.Find(t, g, "app-secondary-enforcement").Inputs, &enforced)
	require.Equal(t, "kube-system/amazon-vpc-cni", enforced.Namespace+"/"+enforced.Name)
	require.Equal(t, map[string]string{"enable-network-policy-controller": "true"}, enforced.Data)
}
