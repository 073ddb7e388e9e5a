package web_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// The rule gives green a share only after its machines are ready and watched.
func TestUsersComeLast(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	rule := graphtest.Find(t, g, "web-rule").Options.DependsOn
	require.Contains(t, rule, graphtest.Find(t, g, "web-green-machines").URN)
	require.Contains(t, rule, graphtest.Find(t, g, "web-canary").URN)
}

// P28: a percentage of few requests is noise, and a minute is none. A gap in a metric says nothing by itself.
func TestAlarmWantsEnoughRequests(t *testing.T) {
	t.Parallel()
	g := record(t, state{edit: func(a *web.Args, next *release.Release) {
		a.Canary = &web.Canary{Release: next, Weight: 5, P99: 250 * time.Millisecond}
	}})
	alarm := inputs(t, g, "web-canary")
	require.Equal(t, []any{5.0, 3.0, "notBreaching", "GreaterThanThreshold", 0.0}, []any{
		alarm["evaluationPeriods"], alarm["datapointsToAlarm"], alarm["treatMissingData"], alarm["comparisonOperator"],
		alarm["threshold"],
	})
	metrics, expression := map[string]string{}, ""
	for _, entry := range alarm["metricQueries"].([]any) {
		query := entry.(map[string]any)
		metric, is := query["metric"].(map[string]any)
		if !is {
			require.Equal(t, true, query["returnData"])
			expression = query["expression"].(string)
			continue
		}
		require.Regexp(t, `^targetgroup/web-green-[0-9a-f]{7}/`, metric["dimensions"].(map[string]any)["TargetGroup"])
		require.InDelta(t, 60, metric["period"], 0)
		require.NotEqual(t, true, query["returnData"], "an alarm looks at one value")
		metrics[query["id"].(string)] = metric["metricName"].(string) + " " + metric["stat"].(string)
	}
	require.Equal(t, map[string]string{
		"requests": "RequestCount Sum", "errors": "HTTPCode_Target_5XX_Count Sum",
		"refused": "TargetConnectionErrorCount Sum", "latency": "TargetResponseTime p99",
	}, metrics)
	require.Equal(t, "IF(FILL(requests, 0) >= 100, IF(100 * (FILL(errors, 0) + FILL(refused, 0)) > "+
		"1 * FILL(requests, 0) OR FILL(latency, 0) > 0.25, 1, 0), 0)", expression)
}

// The automation stands while users have a release that can be taken from them, and at no other time.
func TestRollbackStandsWhileOnTrial(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state state
		want  bool
	}{
		"no canary": {state{}, false}, "weight 0": {canary(0), false}, "weight 1": {canary(1), true},
		"weight 99": {canary(99), true}, "weight 100": {canary(100), true}, "promoted": {promoted, false},
	} {
		documents := graphtest.Names(record(t, c.state), "aws:ssm/document:Document")
		require.Equal(t, c.want, len(documents) == 1, name)
	}
}

// P14: the second writer of the weights writes what weight 0 declares, and never anything else.
func TestRollbackIsWeight0(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	document := inputs(t, g, "web-rollback")
	require.Equal(t, "Automation", document["documentType"])
	var content struct {
		SchemaVersion string                    `json:"schemaVersion"`
		AssumeRole    string                    `json:"assumeRole"`
		Parameters    map[string]map[string]any `json:"parameters"`
		MainSteps     []struct {
			Action string         `json:"action"`
			Inputs map[string]any `json:"inputs"`
		} `json:"mainSteps"`
	}
	require.NoError(t, json.Unmarshal([]byte(document["content"].(string)), &content))
	require.Equal(t, "0.3", content.SchemaVersion)
	require.Equal(t, "{{ AutomationAssumeRole }}", content.AssumeRole)
	require.Contains(t, content.Parameters, "AutomationAssumeRole")
	require.Len(t, content.MainSteps, 1)
	require.Equal(t, "aws:executeAwsApi", content.MainSteps[0].Action)
	call := content.MainSteps[0].Inputs
	require.Equal(t, []any{"elbv2", "ModifyRule"}, []any{call["Service"], call["Api"]})
	require.Regexp(t, `^arn:aws:elasticloadbalancing:us-east-1:\d{12}:listener-rule/app/web-alb-`, call["RuleArn"])
	require.Len(t, call, 4, "the rule's conditions stay as they are")

	declared := action(t, inputs(t, record(t, canary(0)), "web-rule"), "actions")
	forward := declared["forward"].(map[string]any)
	var groups []any
	for _, entry := range forward["targetGroups"].([]any) {
		group := entry.(map[string]any)
		groups = append(groups, map[string]any{"TargetGroupArn": group["arn"], "Weight": group["weight"]})
	}
	cookie := forward["stickiness"].(map[string]any)
	require.Equal(t, map[string]any{
		"Type": "forward", "ForwardConfig": map[string]any{
			"TargetGroups": groups,
			"TargetGroupStickinessConfig": map[string]any{
				"Enabled": cookie["enabled"], "DurationSeconds": cookie["duration"],
			},
		},
	}, action(t, call, "Actions"))
	require.Equal(t, []any{100.0, 0.0}, weights(t, inputs(t, record(t, canary(0)), "web-rule"), "actions"))
}

// The alarm of this canary starts the automation, as EventBridge and Systems Manager want it said.
func TestAlarmStartsRollback(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	var pattern map[string]any
	require.NoError(t, json.Unmarshal([]byte(inputs(t, g, "web-rollback-event")["eventPattern"].(string)), &pattern))
	alarms := pattern["resources"].([]any)
	require.Len(t, alarms, 1)
	require.Regexp(t, `^arn:aws:cloudwatch:us-east-1:\d{12}:alarm:web-canary-[0-9a-f]{7}$`, alarms[0])
	delete(pattern, "resources")
	require.Equal(t, map[string]any{
		"source": []any{"aws.cloudwatch"}, "detail-type": []any{"CloudWatch Alarm State Change"},
		"detail": map[string]any{"state": map[string]any{"value": []any{"ALARM"}}},
	}, pattern)

	target := inputs(t, g, "web-rollback-target")
	require.Regexp(t, `^web-rollback-event-[0-9a-f]{7}$`, target["rule"])
	require.Regexp(t, `^arn:aws:ssm:us-east-1:\d{12}:automation-definition/web-rollback-[0-9a-f]{7}:\$DEFAULT$`, target["arn"])
	require.Regexp(t, `:role/web-rollback-starter-role-`, target["roleArn"])
	require.Subset(t, target["retryPolicy"], map[string]any{"maximumEventAgeInSeconds": 600.0})
	var parameters map[string][]string
	require.NoError(t, json.Unmarshal([]byte(target["input"].(string)), &parameters), "every parameter is a list of texts")
	require.Len(t, parameters, 1)
	require.Len(t, parameters["AutomationAssumeRole"], 1)
	require.Regexp(t, `:role/web-rollback-role-`, parameters["AutomationAssumeRole"][0])
}
