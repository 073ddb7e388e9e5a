package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// P1 to P3: rules are beside the groups, which name each other, and descriptions never change.
func TestGroupsAreEmpty(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	for _, name := range []string{"web-firewall-balancer", "web-firewall-app"} {
		group := graphtest.Find(t, g, name)
		require.NotContains(t, group.Inputs, "ingress", name)
		require.NotContains(t, group.Inputs, "egress", name)
		require.Equal(t, []string{"description"}, group.Options.IgnoreChanges, name)
	}
}

// P11: the version is a number: with "$Latest" a new one would start nothing, and an old one could not come back.
func TestTemplateVersionIsANumber(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for _, name := range children(g, groupType) {
		require.Equal(t, "1", inputs(t, g, name)["launchTemplate"].(map[string]any)["version"], name)
	}
}

// P12: the group knows its target group; an attachment beside it would fight with it.
func TestTargetsAreAttachedOnce(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for _, name := range children(g, groupType) {
		require.Len(t, inputs(t, g, name)["targetGroupArns"], 1, name)
		require.NotContains(t, inputs(t, g, name), "trafficSources", name)
	}
	require.Empty(t, graphtest.Names(g, "aws:autoscaling/attachment:Attachment"))
	require.Empty(t, graphtest.Names(g, "aws:lb/targetGroupAttachment:TargetGroupAttachment"))
	require.Empty(t, graphtest.Names(g, "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment"))
}

// P13: how many machines there are is Auto Scaling's business.
func TestSizeIsAutoScalings(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for _, name := range children(g, groupType) {
		group := graphtest.Find(t, g, name)
		require.Equal(t, []string{"desiredCapacity"}, group.Options.IgnoreChanges, name)
		require.NotContains(t, group.Inputs, "desiredCapacity", name)
		require.InDelta(t, 2, group.Inputs["minSize"], 0, name)
		require.InDelta(t, 4, group.Inputs["maxSize"], 0, name)
	}
}

// P14: one rule has the weights, for every request, and whatever AWS says they are, the config wins.
func TestWeightsAreInOneRule(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	require.Equal(t, []string{"web-rule"}, children(g, ruleType))
	rule := graphtest.Find(t, g, "web-rule")
	require.Empty(t, rule.Options.IgnoreChanges)
	require.InDelta(t, 1, rule.Inputs["priority"], 0)
	require.Equal(t, []any{map[string]any{"pathPattern": map[string]any{"values": []any{"/*"}}}}, rule.Inputs["conditions"])
	require.Equal(t, []any{95.0, 5.0}, weights(t, rule.Inputs, "actions"))
	require.Equal(t, []any{100.0, 0.0}, weights(t, inputs(t, g, "web-http"), "defaultActions"),
		"both are named, so that the balancer checks their health")
}

// weights are those of blue and green.
func weights(t *testing.T, of map[string]any, key string) []any {
	t.Helper()
	groups := action(t, of, key)["forward"].(map[string]any)["targetGroups"].([]any)
	require.Len(t, groups, 2)
	list := make([]any, 2)
	for i, colour := range []string{"web-blue-", "web-green-"} {
		group := groups[i].(map[string]any)
		require.Contains(t, group["arn"], ":targetgroup/"+colour)
		list[i] = group["weight"]
	}
	return list
}

// P15: nobody is held on a colour that has no machines, and the target groups outlive them.
func TestCookiesHoldNobodyOnAnEmptyColour(t *testing.T) {
	t.Parallel()
	for weight, sticky := range map[int]bool{0: false, 1: true, 50: true, 99: true, 100: false} {
		rule := inputs(t, record(t, canary(weight)), "web-rule")
		cookie := action(t, rule, "actions")["forward"].(map[string]any)["stickiness"].(map[string]any)
		require.Equal(t, sticky, cookie["enabled"], weight)
		require.LessOrEqual(t, cookie["duration"], 600.0, "not longer than a weight is watched for")
		require.Equal(t, []any{float64(100 - weight), float64(weight)}, weights(t, rule, "actions"))
	}
	g := record(t, state{})
	require.Equal(t, []string{"web-blue-machines"}, children(g, groupType))
	require.Contains(t, children(g, "aws:lb/targetGroup:TargetGroup"), "web-green")
}

// Machines are not started before they can reach AWS, and a group is not there before its machines serve.
func TestGroupsAreReady(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for _, name := range children(g, groupType) {
		group := graphtest.Find(t, g, name)
		require.InDelta(t, 2, group.Inputs["minElbCapacity"], 0, name)
		require.NotContains(t, group.Inputs, "waitForElbCapacity", "it wants an exact number, which Auto Scaling changes")
		require.Equal(t, "15m", group.Inputs["waitForCapacityTimeout"], name)
		require.Contains(t, group.Options.DependsOn, graphtest.Find(t, g, "web-http").URN, name)
		routes := graphtest.Names(g, "aws:ec2/route:Route")
		require.NotEmpty(t, routes)
		for _, route := range routes {
			require.Contains(t, group.Options.DependsOn, graphtest.Find(t, g, route).URN, name)
		}
	}
}

// New machines come before old ones go, and a machine is judged before the next one is renewed.
func TestRenewal(t *testing.T) {
	t.Parallel()
	group := inputs(t, record(t, state{}), "web-blue-machines")
	bounds := map[string]any{"minHealthyPercentage": 100.0, "maxHealthyPercentage": 110.0}
	require.Subset(t, group["instanceMaintenancePolicy"], bounds)
	refresh := group["instanceRefresh"].(map[string]any)
	require.Equal(t, "Rolling", refresh["strategy"])
	require.Subset(t, refresh["preferences"], bounds)
	require.NotContains(t, refresh["preferences"], "autoRollback", "the provider would go back to the bad release")
	require.NotContains(t, refresh, "triggers", "only another template renews machines, and not their number")
	require.Equal(t, "ELB", group["healthCheckType"])
	require.Greater(t, group["defaultInstanceWarmup"], group["healthCheckGracePeriod"])
}

// A trial leaves room for all users on the stable colour, and has machines for them on its own.
func TestRoomForAllUsers(t *testing.T) {
	t.Parallel()
	g := record(t, canary(1))
	for policy, growOnly := range map[string]bool{
		"web-blue-cpu": true, "web-blue-requests": true, "web-green-cpu": false, "web-green-requests": false,
	} {
		tracking := inputs(t, g, policy)["targetTrackingConfiguration"].(map[string]any)
		require.Equal(t, growOnly, tracking["disableScaleIn"], policy)
	}
	large := record(t, state{edit: func(a *web.Args, next *release.Release) {
		a.Machines, a.Canary = web.Range{Min: 7}, &web.Canary{Release: next}
	}})
	require.Equal(t, inputs(t, large, "web-blue-machines")["minSize"], inputs(t, large, "web-green-machines")["minSize"])
}
