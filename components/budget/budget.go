// Package budget warns before a month costs more than it should.
//
// Creates: an AWS budget with alerts at 80 % and 100 % of the limit, spent and forecast. It watches the whole
// account: a filter by tag would see nothing until the tag is activated for cost allocation by hand, and so
// would warn of nothing.
//
// Cost: none; a budget with notifications is free (AWS Budgets pricing, 2026-09). Stateless.
package budget

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Args describe a budget.
type Args struct {
	MonthlyUSD int                // limit, USD a month; at least 1, required
	Topic      pulumi.StringInput // ARN of the SNS topic that hears the alerts; required
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
