// Package budget warns before a month costs more than it should.
//
// Creates: an AWS budget with alerts at 80 % and 100 % of the limit, spent, and at 100 %, forecast; with Anomalies a
// monitor of AWS Cost Anomaly Detection for the stack and a subscription to it, which tell within a day of spending
// that is unusual and above a tenth of the limit.
//
// The budget watches the whole account: a filter by tag would see nothing until the tag is activated for cost
// allocation by hand, and so would warn of nothing. The anomaly monitor can only go by the tag, because an account has
// one monitor of all services and it is not this stack's: it says nothing until the tag "stack" is activated in the
// payer's account (Billing, Cost allocation tags) and has been seen for ten days. A member account of an organization
// can have none by a tag: leave Anomalies out there, and have the payer watch (AWS Cost Management User Guide, "Getting
// started with AWS Cost Anomaly Detection", monitor types).
//
// Cost: none; a budget with notifications is free (AWS Budgets pricing, 2026-09), and so is Cost Anomaly Detection (AWS
// Cost Management pricing, 2026-09). Stateless.
package budget

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/costexplorer"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// anomalyShare of the limit, as its reciprocal: less is the noise of a month.
const anomalyShare = 10

// Args describe a budget.
type Args struct {
	MonthlyUSD int                // limit, USD a month; at least 1, required
	Topic      pulumi.StringInput // ARN of the SNS topic that hears the alerts; required
	Anomalies  bool               // also tell of unusual spending; not in a member account of an organization
}

// Budget is a monthly cost limit.
type Budget struct {
	pulumi.ResourceState
}

// New makes a budget. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Budget, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	b := &Budget{}
	if err := ctx.RegisterComponentResource("ladder:budget:Budget", name, b, opts...); err != nil {
		return nil, fmt.Errorf("budget %q: %w", name, err)
	}
	if _, err := budgets.NewBudget(ctx, name+"-month", &budgets.BudgetArgs{
		BudgetType:  pulumi.String("COST"),
		LimitAmount: pulumi.Sprintf("%d", args.MonthlyUSD),
		LimitUnit:   pulumi.String("USD"),
		TimeUnit:    pulumi.String("MONTHLY"),
		Notifications: budgets.BudgetNotificationArray{
			args.alert("ACTUAL", 80), args.alert("ACTUAL", 100), args.alert("FORECASTED", 100),
		},
		Tags: tag.Of(name, name+"-month"),
	}, pulumi.Parent(b)); err != nil {
		return nil, err
	}
	if args.Anomalies {
		if err := b.watchAnomalies(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{})
}

func (a Args) alert(kind string, percent float64) budgets.BudgetNotificationArgs {
	return budgets.BudgetNotificationArgs{
		NotificationType:       pulumi.String(kind),
		ComparisonOperator:     pulumi.String("GREATER_THAN"),
		Threshold:              pulumi.Float64(percent),
		ThresholdType:          pulumi.String("PERCENTAGE"),
		SubscriberSnsTopicArns: pulumi.StringArray{a.Topic},
	}
}

func (b *Budget) watchAnomalies(ctx *pulumi.Context, name string, args Args) error {
	specification, err := byTag("stack", ctx.Stack())
	if err != nil {
		return fmt.Errorf("budget %q: %w", name, err)
	}
	monitor, err := costexplorer.NewAnomalyMonitor(ctx, name+"-anomalies", &costexplorer.AnomalyMonitorArgs{
		MonitorType:          pulumi.String("CUSTOM"),
		MonitorSpecification: pulumi.String(specification),
		Tags:                 tag.Of(name, name+"-anomalies"),
	}, pulumi.Parent(b))
	if err != nil {
		return err
	}
	impact := strconv.Itoa(max(1, args.MonthlyUSD/anomalyShare))
	_, err = costexplorer.NewAnomalySubscription(ctx, name+"-anomaly-alerts", &costexplorer.AnomalySubscriptionArgs{
		Frequency:       pulumi.String("IMMEDIATE"), // a topic takes no summaries
		MonitorArnLists: pulumi.StringArray{monitor.Arn},
		Subscribers: costexplorer.AnomalySubscriptionSubscriberArray{
			costexplorer.AnomalySubscriptionSubscriberArgs{Type: pulumi.String("SNS"), Address: args.Topic},
		},
		ThresholdExpression: costexplorer.AnomalySubscriptionThresholdExpressionArgs{
			Dimension: costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs{
				Key:          pulumi.String("ANOMALY_TOTAL_IMPACT_ABSOLUTE"),
				MatchOptions: pulumi.StringArray{pulumi.String("GREATER_THAN_OR_EQUAL")},
				Values:       pulumi.StringArray{pulumi.String(impact)},
			},
		},
		Tags: tag.Of(name, name+"-anomaly-alerts"),
	}, pulumi.Parent(b))
	return err
}

// byTag is a specification as AWS answers it, nulls included: another form of the same would replace the monitor.
func byTag(key, value string) (string, error) {
	text, err := json.Marshal(map[string]any{
		"And": nil, "CostCategories": nil, "Dimensions": nil, "Not": nil, "Or": nil,
		"Tags": map[string]any{"Key": key, "MatchOptions": nil, "Values": []string{value}},
	})
	return string(text), err
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("budget", name)
	c.That(args.MonthlyUSD >= 1, "MonthlyUSD", args.MonthlyUSD, "at least 1")
	c.Given(args.Topic != nil, "Topic", "the ARN of an SNS topic")
	return args, c.Err()
}
