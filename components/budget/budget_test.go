package budget_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const topic = "arn:aws:sns:us-east-1:123456789012:alerts"

func recorded(t *testing.T, usd int, name string) map[string]any {
	t.Helper()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		_, err := budget.New(ctx, "budget", &budget.Args{
			MonthlyUSD: usd, Topic: pulumi.String(topic), Anomalies: true,
		})
		return err
	})
	return graphtest.Find(t, g, name).Inputs
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	month := recorded(t, 475, "budget-month")
	require.Equal(t, "475", month["limitAmount"])
	alerts, _ := month["notifications"].([]any)
	told := map[any][]any{}
	for _, alert := range alerts {
		a, _ := alert.(map[string]any)
		told[a["notificationType"]] = append(told[a["notificationType"]], a["threshold"])
		require.Equal(t, []any{topic}, a["subscriberSnsTopicArns"])
	}
	require.Equal(t, map[any][]any{"ACTUAL": {80.0, 100.0}, "FORECASTED": {100.0}}, told)
}

// An account has one monitor of all services; any stack may have one of its own tag.
func TestAnomalies(t *testing.T) {
	t.Parallel()
	monitor := recorded(t, 475, "budget-anomalies")
	require.Equal(t, "CUSTOM", monitor["monitorType"])
	require.JSONEq(t, `{"And": null, "CostCategories": null, "Dimensions": null, "Not": null, "Or": null,
		"Tags": {"Key": "stack", "MatchOptions": null, "Values": ["test"]}}`, monitor["monitorSpecification"].(string))
	for usd, impact := range map[int]string{1: "1", 75: "7", 475: "47", 3755: "375"} {
		alerts := recorded(t, usd, "budget-anomaly-alerts")
		require.Equal(t, "IMMEDIATE", alerts["frequency"])
		require.Equal(t, []any{map[string]any{"type": "SNS", "address": topic}}, alerts["subscribers"])
		require.Equal(t, map[string]any{"dimension": map[string]any{
			"key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "matchOptions": []any{"GREATER_THAN_OR_EQUAL"}, "values": []any{impact},
		}}, alerts["thresholdExpression"])
	}
}

func TestWithoutAnomalies(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		_, err := budget.New(ctx, "budget", &budget.Args{MonthlyUSD: 475, Topic: pulumi.String(topic)})
		return err
	})
	for _, r := range g.Resources {
		require.NotContains(t, r.Type, "costexplorer", "a member account of an organization cannot have it")
	}
	graphtest.Find(t, g, "budget-month")
}
