package service_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func TestScaling(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(func(a *service.Args) { a.Replicas, a.CPU = service.Range{Min: 6, Max: 40}, 1500 }))
	deployment := object[appsv1.Deployment](t, g, "data-service-deployment")
	require.Nil(t, deployment.Spec.Replicas, "the autoscaler's")
	require.Contains(t, graphtest.Find(t, g, "data-service-deployment").Options.IgnoreChanges, "spec.replicas")
	scaling := object[autoscalingv2.HorizontalPodAutoscaler](t, g, "data-service-scaling").Spec
	require.Equal(t, "Deployment", scaling.ScaleTargetRef.Kind)
	require.Equal(t, deployment.Name, scaling.ScaleTargetRef.Name)
	require.EqualValues(t, 6, *scaling.MinReplicas)
	require.EqualValues(t, 40, scaling.MaxReplicas)
	metric := scaling.Metrics[0].ContainerResource
	require.Equal(t, "app", metric.Container, "the sidecar is idle, and would hide the load")
	require.Equal(t, corev1.ResourceCPU, metric.Name)
	require.EqualValues(t, 50, *metric.Target.AverageUtilization)
	require.Zero(t, *scaling.Behavior.ScaleUp.StabilizationWindowSeconds, "up at once")
	require.EqualValues(t, 300, *scaling.Behavior.ScaleDown.StabilizationWindowSeconds, "down slowly")
	require.Equal(t, "1500m", deployment.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())
}

func TestDisruption(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(withCanary(5)))
	for _, track := range []string{"web-service", "web-service-canary"} {
		budget := object[policyv1.PodDisruptionBudget](t, g, track+"-budget").Spec
		require.Equal(t, "10%", budget.MaxUnavailable.StrVal)
		require.Equal(t, policyv1.AlwaysAllow, *budget.UnhealthyPodEvictionPolicy, "a broken pod keeps no node from going")
		require.Equal(t, object[appsv1.Deployment](t, g, track+"-deployment").Spec.Selector, budget.Selector)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(withCanary(5)))
	for _, track := range []string{"user-service", "user-service-canary"} {
		made := object[corev1.Service](t, g, track+"-service")
		require.Equal(t, track, made.Name)
		require.Equal(t, "app", made.Namespace)
		require.Equal(t, object[appsv1.Deployment](t, g, track+"-deployment").Spec.Selector.MatchLabels, made.Spec.Selector)
		require.EqualValues(t, service.Port, made.Spec.Ports[0].Port)
		require.Equal(t, corev1.ServiceTrafficDistributionPreferSameZone, *made.Spec.TrafficDistribution)
		require.Empty(t, made.Spec.Type, "none but the gateway is reached from outside")
	}
}

// A canary is sized for its share of the peak, and never alone.
func TestCanary(t *testing.T) {
	t.Parallel()
	for weight, replicas := range map[int]int32{0: 2, 1: 2, 5: 2, 10: 4, 50: 20, 100: 40} {
		var backends []service.Backend
		g := graphtest.Record(t, func(ctx *pulumi.Context) error {
			in, _, err := world(ctx)
			if err != nil {
				return err
			}
			s, err := service.New(ctx, "web-service", &service.Args{
				Namespace: in, Role: service.Web, Image: imageOf("a"), Phase: 4, Peers: peers(in.Name),
				Canary: &service.Canary{Image: imageOf("b"), Weight: weight}, Replicas: service.Range{Min: 6, Max: 40},
			})
			if err == nil {
				backends = s.Backends
				require.Len(t, s.Ready, 2, "users come when both are there")
			}
			return err
		})
		require.Equal(t, []service.Backend{{"web-service", 100 - weight}, {"web-service-canary", weight}}, backends)
		canary := object[appsv1.Deployment](t, g, "web-service-canary-deployment")
		require.Equal(t, replicas, *canary.Spec.Replicas, "%d %%", weight)
		require.Equal(t, "canary", canary.Spec.Template.Labels["track"])
		require.Empty(t, graphtest.Find(t, g, "web-service-canary-deployment").Options.IgnoreChanges)
	}
}

func peers(namespace string) []*service.Service {
	return []*service.Service{
		{Role: service.User, Namespace: namespace, URL: "http://users"},
		{Role: service.Data, Namespace: namespace, URL: "http://items"},
	}
}

// rule says who or what, and by which ports, in one word each.
type rule struct {
	peers []string
	ports []int32
}

func said(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) rule {
	var r rule
	for _, peer := range peers {
		switch {
		case peer.IPBlock != nil:
			r.peers = append(r.peers, peer.IPBlock.CIDR)
		case peer.NamespaceSelector != nil:
			r.peers = append(r.peers, "namespace "+peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
		default:
			r.peers = append(r.peers, peer.PodSelector.MatchLabels["app.kubernetes.io/name"])
		}
	}
	for _, port := range ports {
		r.ports = append(r.ports, port.Port.IntVal)
	}
	return r
}

func TestFirewall(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	var (
		dns    = rule{nil, []int32{53, 53}}
		probes = rule{[]string{"169.254.7.127/32"}, []int32{8080}}
		stores = rule{[]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}, []int32{5432, 6379}}
		role   = rule{[]string{"169.254.170.23/32"}, []int32{80}}
		aws    = rule{[]string{"0.0.0.0/0"}, []int32{443}}
		mesh   = []int32{15008}
	)
	for name, want := range map[string]struct{ in, out []rule }{
		"user-service": {
			[]rule{{[]string{"namespace gateway", "data-service", "web-service"}, mesh}, probes},
			[]rule{dns, stores, role, aws},
		},
		"data-service": {
			[]rule{{[]string{"namespace gateway", "web-service"}, mesh}, probes},
			[]rule{dns, {[]string{"user-service"}, mesh}, stores, role, aws},
		},
		"web-service": {
			[]rule{{[]string{"namespace gateway"}, mesh}, probes},
			[]rule{dns, {[]string{"user-service", "data-service"}, mesh}},
		},
	} {
		policy := object[networkingv1.NetworkPolicy](t, g, name+"-firewall").Spec
		require.Equal(t, []networkingv1.PolicyType{"Ingress", "Egress"}, policy.PolicyTypes, name)
		require.Equal(t, map[string]string{"app.kubernetes.io/name": name}, policy.PodSelector.MatchLabels,
			"the pods of canaries and migrations as well")
		var in, out []rule
		for _, one := range policy.Ingress {
			in = append(in, said(one.From, one.Ports))
		}
		for _, one := range policy.Egress {
			out = append(out, said(one.To, one.Ports))
		}
		require.Equal(t, want.in, in, name)
		require.Equal(t, want.out, out, name)
	}
}

func TestCallers(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	const gateway = "cluster.local/ns/gateway/sa/gateway-istio"
	for name, want := range map[string][]string{
		"user-service": {gateway, "cluster.local/ns/app/sa/data-service", "cluster.local/ns/app/sa/web-service"},
		"data-service": {gateway, "cluster.local/ns/app/sa/web-service"},
		"web-service":  {gateway},
	} {
		policy, err := json.Marshal(graphtest.Find(t, g, name+"-callers").Inputs["spec"])
		require.NoError(t, err)
		from, err := json.Marshal(want)
		require.NoError(t, err)
		require.JSONEq(t, `{"selector": {"matchLabels": {"app.kubernetes.io/name": "`+name+`"}},
			"rules": [{"from": [{"source": {"principals": `+string(from)+`}}]}]}`, string(policy))
		require.Equal(t, name, object[corev1.ServiceAccount](t, g, name+"-account").Name)
	}
}

// statement is one of an IAM policy.
type statement struct {
	Action, Resource []string
}

func statements(t *testing.T, g *graph.Graph, name string) []statement {
	t.Helper()
	var document struct{ Statement []statement }
	require.NoError(t, json.Unmarshal([]byte(graphtest.Find(t, g, name).Inputs["policy"].(string)), &document))
	return document.Statement
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	common := []statement{{[]string{"ssm:GetParameter"}, []string{"arn:aws:ssm:us-east-1:123456789012:parameter/ladder/test/topology"}}}
	keys := []string{"arn:aws:kms:us-east-1:123456789012:key/1"}
	users, items := statements(t, g, "user-service-permissions"), statements(t, g, "data-service-permissions")
	require.Subset(t, users, common)
	require.Contains(t, users, statement{
		[]string{"secretsmanager:GetSecretValue"}, []string{secretARN + "db", secretARN + "cache", secretARN + "token"},
	})
	require.Contains(t, users, statement{[]string{"kms:Decrypt"}, keys})
	require.Subset(t, items, common)
	require.Contains(t, items, statement{
		[]string{"secretsmanager:GetSecretValue"}, []string{secretARN + "db", secretARN + "cache"},
	}, "only the users' service reads the key that signs")
	actions := func(all []statement) []string {
		var list []string
		for _, s := range all {
			list = append(list, s.Action...)
			require.NotEmpty(t, s.Resource)
			require.NotContains(t, s.Resource, "*")
		}
		return list
	}
	require.Contains(t, actions(users), "sns:Publish")
	require.NotContains(t, actions(users), "sqs:ReceiveMessage")
	require.Contains(t, actions(items), "sqs:ReceiveMessage")
	require.NotContains(t, actions(items), "sns:Publish")
	require.Equal(t, "user-service", graphtest.Find(t, g, "user-service-identity").Inputs["serviceAccount"])
	require.Equal(t, "app", graphtest.Find(t, g, "user-service-identity").Inputs["namespace"])
}
