package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// onPods turns machines into a gateway's pods, and then makes a mistake.
func onPods(edit func(*web.Args)) func(*web.Args) {
	return func(a *web.Args) {
		*a = web.Args{Network: a.Network, Pods: &web.Pods{
			ClusterName: text("shop"), SecurityGroupID: text("sg-pods"), Port: 8080,
		}}
		edit(a)
	}
}

// From machines to pods the entry is the same: its name, its certificate, its logs and its listeners stay as they are.
func TestPodsTakeTheMachinesPlace(t *testing.T) {
	t.Parallel()
	machines := record(t, with(domain))
	pods := record(t, with(onPods(domain)))
	for _, name := range []string{"web-alb", "web-certificate", "web-access", "web-firewall-balancer", "web-http"} {
		was, is := graphtest.Find(t, machines, name), graphtest.Find(t, pods, name)
		require.Equal(t, was.URN, is.URN)
		require.Equal(t, was.Inputs, is.Inputs, name)
	}
	require.Equal(t, graphtest.Find(t, machines, "web-https").URN, graphtest.Find(t, pods, "web-https").URN)
	require.Empty(t, children(pods, "aws:autoscaling/group:Group"))
	group := inputs(t, pods, "web-pods")
	require.Equal(t, "ip", group["targetType"])
	require.Equal(t, "shop", group["tags"].(map[string]any)["eks:eks-cluster-name"], "what a cluster may register targets in")
	require.Equal(t, "15021", group["healthCheck"].(map[string]any)["port"], "the gateway's own word, whatever stands behind it")
}

// The balancer reaches the pods where they listen and where they tell how they are, and nothing else of the cluster.
func TestPodsAreOpenToTheBalancer(t *testing.T) {
	t.Parallel()
	g := record(t, with(onPods(func(*web.Args) {})))
	ports := map[float64]int{}
	for _, r := range g.Resources {
		if r.Type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" && r.Inputs["securityGroupId"] == "sg-pods" {
			require.Equal(t, r.Inputs["fromPort"], r.Inputs["toPort"])
			require.NotEmpty(t, r.Inputs["referencedSecurityGroupId"])
			ports[r.Inputs["fromPort"].(float64)]++
		}
	}
	require.Equal(t, map[float64]int{8080: 1, 15021: 1}, ports)
}
