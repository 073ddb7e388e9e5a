// Package stacks composes the components into phases. A phase is a flat function that reads from top to
// bottom; the config key ladder:phase chooses it, not the stack's name, so that a stack can climb.
//
// Run is the program that `pulumi up`, the command ladder and the tests all run.
package stacks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Run deploys the phase that the stack's config names. The error lists every mistake in the config.
func Run(ctx *pulumi.Context) error {
	values := map[string]string{}
	for _, key := range Keys() {
		if value, given := ctx.GetConfig(key); given {
			values[key] = value
		}
	}
	config, err := ParseConfig(values)
	if err != nil {
		return err
	}
	config.root = ctx.RootDirectory()
	if config.MonthlyBudgetUSD == 0 {
		if config.MonthlyBudgetUSD, err = config.budget(ctx); err != nil {
			return inTerms(err)
		}
	}
	return inTerms(builds[config.Phase.Number](ctx, config))
}

// newProvider makes the AWS provider of a region. Everything is given it explicitly: what is not would land
// in whatever region and account the environment names. The phase is no tag: it would touch every resource
// when a stack climbs.
func newProvider(ctx *pulumi.Context, name, region string) (*aws.Provider, error) {
	return aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region: pulumi.String(region),
		DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.StringMap{
			"project": pulumi.String(ctx.Project()),
			"stack":   pulumi.String(ctx.Stack()),
		}},
	})
}
