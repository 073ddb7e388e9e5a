package web_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph"
)

func TestMachines(t *testing.T) {
	t.Parallel()
	template := inputs(t, record(t, state{}), "web-blue-template")
	require.Equal(t, "c7g.medium", template["instanceType"])
	require.Equal(t, "required", template["metadataOptions"].(map[string]any)["httpTokens"], "IMDSv2 only")
	require.InDelta(t, 1, template["metadataOptions"].(map[string]any)["httpPutResponseHopLimit"], 0)
	require.NotContains(t, template, "keyName", "no SSH")
	require.NotContains(t, template, "creditSpecification")
	device := action(t, template, "networkInterfaces")
	require.Equal(t, "false", device["associatePublicIpAddress"])
	disk := action(t, template, "blockDeviceMappings")["ebs"].(map[string]any)
	require.Equal(t, "true", disk["encrypted"])
	require.NotContains(t, disk, "kmsKeyId", "Auto Scaling may not use the stack's key")
	burstable := inputs(t, record(t, with(func(a *web.Args) { a.InstanceTypes = []string{"t4g.large"} })), "web-blue-template")
	require.Equal(t, map[string]any{"cpuCredits": "standard"}, burstable["creditSpecification"])
}

// The script names the secrets, and holds none.
func TestUserDataHasNoSecrets(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for colour, parameter := range map[string]string{"blue": "/ladder/test/release", "green": "/ladder/test/canary"} {
		encoded, public := inputs(t, g, "web-"+colour+"-template")["userData"].(string)
		require.True(t, public)
		script, err := base64.StdEncoding.DecodeString(encoded)
		require.NoError(t, err, "a launch template takes base64 and nothing else; no secret is in it")
		require.Contains(t, string(script), parameter+"\n", colour)
		require.Contains(t, string(script), "arn:aws:secretsmanager:us-east-1:")
		require.NotContains(t, string(script), graph.Secret)
	}
}

func TestMixedTypes(t *testing.T) {
	t.Parallel()
	group := inputs(t, record(t, with(func(a *web.Args) {
		a.InstanceTypes = []string{"c7g.large", "m7g.large"}
	})), "web-blue-machines")
	require.NotContains(t, group, "launchTemplate")
	mixed := group["mixedInstancesPolicy"].(map[string]any)
	require.Equal(t, map[string]any{
		"onDemandAllocationStrategy": "prioritized", "onDemandPercentageAboveBaseCapacity": 100.0,
	}, mixed["instancesDistribution"], "in the order given, and none at auction")
	launch := mixed["launchTemplate"].(map[string]any)
	require.Equal(t, []any{
		map[string]any{"instanceType": "c7g.large"}, map[string]any{"instanceType": "m7g.large"},
	}, launch["overrides"])
	require.Equal(t, "1", launch["launchTemplateSpecification"].(map[string]any)["version"])
}

// Processors and requests decide, whichever wants more machines.
func TestScaling(t *testing.T) {
	t.Parallel()
	g := record(t, with(func(a *web.Args) { a.InstanceTypes = []string{"c7g.xlarge"} }))
	for policy, want := range map[string]struct {
		metric string
		target float64
	}{
		"web-blue-cpu":      {"ASGAverageCPUUtilization", 60},
		"web-blue-requests": {"ALBRequestCountPerTarget", 120000}, // a minute: 4 vCPU of 500 a second
	} {
		tracking := inputs(t, g, policy)["targetTrackingConfiguration"].(map[string]any)
		require.InDelta(t, want.target, tracking["targetValue"], 0, policy)
		require.Equal(t, want.metric, tracking["predefinedMetricSpecification"].(map[string]any)["predefinedMetricType"])
		require.Equal(t, false, tracking["disableScaleIn"], policy)
	}
	label := inputs(t, g, "web-blue-requests")["targetTrackingConfiguration"].(map[string]any)
	require.Regexp(t, `^app/web-alb-[0-9a-f]{7}/[0-9a-f]{16}/targetgroup/web-blue-[0-9a-f]{7}/[0-9a-f]{16}$`,
		label["predefinedMetricSpecification"].(map[string]any)["resourceLabel"])
}
