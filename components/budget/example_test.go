package budget_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/budget"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := budget.New(ctx, "budget", &budget.Args{
			MonthlyUSD: 100, Topic: pulumi.String("arn:aws:sns:us-east-1:123456789012:alerts"),
		})
		return err
	})
}
