package monitor_test

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/components/web"
)

// A monitor watches a server against the objectives of its phase, and says when its database is too small.
func Example() {
	watch := func(ctx *pulumi.Context, server *vm.VM, k *key.Key) error {
		m, err := monitor.New(ctx, "monitor", &monitor.Args{
			Target:   monitor.Target{Availability: 99, P99: 200 * time.Millisecond, PeakQPS: 100},
			Watches:  []monitor.Watch{monitor.Server(server)},
			Triggers: []monitor.Trigger{monitor.DatabaseBottleneck(server)},
			Region:   "us-east-1", Key: k, Email: "ops@example.com",
		})
		if err != nil {
			return err
		}
		ctx.Export("dashboard", m.Dashboard)
		return nil
	}
	_ = watch
}

// App servers with a database, and an alarm of the owner's own.
func Example_replicas() {
	watch := func(ctx *pulumi.Context, servers *fleet.Fleet, db *postgres.Postgres, k *key.Key) error {
		_, err := monitor.New(ctx, "monitor", &monitor.Args{
			Target:   monitor.Target{Availability: 99.5, P99: 150 * time.Millisecond, PeakQPS: 1_000},
			Watches:  []monitor.Watch{monitor.Fleet(servers), monitor.Postgres(db)},
			Triggers: []monitor.Trigger{monitor.ServerOverload(servers, db)},
			Alarms: []monitor.Alarm{{
				Name: "no-orders", Namespace: "Shop", Metric: "Orders", Statistic: "Sum",
				Comparison: "below", Threshold: 1, Minutes: 60, Periods: 6,
			}},
			Region: "us-east-1", Key: k,
		})
		return err
	}
	_ = watch
}

// A load balancer with its servers, a cluster and a cache.
func Example_balanced() {
	watch := func(ctx *pulumi.Context, site *web.Web, db *aurora.Aurora, shared *cache.Cache, k *key.Key) error {
		m, err := monitor.New(ctx, "monitor", &monitor.Args{
			Target: monitor.Target{Availability: 99.9, P99: 100 * time.Millisecond, PeakQPS: 10_000},
			Watches: []monitor.Watch{
				monitor.Web(site), monitor.Aurora(db), monitor.Cache(shared),
			},
			Triggers: []monitor.Trigger{monitor.MonolithLimits(site, db)},
			Region:   "us-east-1", Key: k,
		})
		if err != nil {
			return err
		}
		ctx.Export("gate", m.Gate)
		return nil
	}
	_ = watch
}
