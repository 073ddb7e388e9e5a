package objective_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/internal/traffic"
)

func Example() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		load := traffic.Default(2)
		load.LoadFactor = 0.2 // an audience that comes at all hours
		_, err := objective.New(ctx, "objective", &objective.Args{Phase: 2, Traffic: load})
		return err
	})
}
