package events_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/key"
)

func Example() {
	build := func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		e, err := events.New(ctx, "events", &events.Args{Key: k})
		if err != nil {
			return err
		}
		ctx.Export("eventsUrl", e.URL)
		return nil
	}
	_ = build
}
