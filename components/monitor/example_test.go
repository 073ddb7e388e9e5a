package monitor_test

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/vm"
)

// A monitor watches a server against the objectives of its phase.
func Example() {
	watch := func(ctx *pulumi.Context, server *vm.VM, k *key.Key) error {
		m, err := monitor.New(ctx, "monitor", &monitor.Args{
			Target: monitor.Target{Availability: 99, P99: 200 * time.Millisecond, PeakQPS: 100},
			Server: server, Region: "us-east-1", Key: k, Email: "ops@example.com",
		})
		if err != nil {
			return err
		}
		ctx.Export("dashboard", m.Dashboard)
		return nil
	}
	_ = watch
}
