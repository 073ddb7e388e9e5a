package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/internal/check"
)

const (
	maxLines  = 10  // that a person tells apart in a chart
	maxHidden = 400 // machines that a chart sums up
)

// Fleet watches app servers: the objectives, and each machine.
func Fleet(servers *fleet.Fleet) Watch {
	return Watch{
		kind: "Fleet", serves: true,
		check: func(c *check.Args, field string) {
			c.Given(servers != nil && len(servers.InstanceIDs) > 0, field, "Fleet of a fleet component with servers")
		},
		alarms: func(s scope) []alarm {
			return append(s.appService().alarms(s.target, false), s.fleetAlarms(servers.InstanceIDs)...)
		},
		charts: func(s scope) []chart {
			return append(s.appService().charts(s.target), s.fleetCharts(servers.InstanceIDs)...)
		},
	}
}

func (s scope) fleetAlarms(instances []pulumi.StringOutput) []alarm {
	app, servers := s.app(), len(instances)
	list := []alarm{
		{
			name: "ready", why: fmt.Sprintf("fewer than all %d servers answer, or not with their database", servers),
			// Each says 1 or 0 once a minute. A server that is silent is missed as well, but half a server's minutes may
			// fall into the next period.
			metric: app("Ready", "Sum"), comparison: below, threshold: 5*float64(servers) - 2.5,
			minutes: 5, periods: 3, missing: rings,
		},
		{
			name: "memory", why: "less than a tenth of a server's memory is left",
			metric: app("mem_used_percent", "Maximum"), comparison: above, threshold: 90,
			minutes: 5, periods: 3, missing: quiet,
		},
	}
	for i, instance := range instances {
		suffix, machine := fmt.Sprintf("-%d", i+1), ec2(instance)
		list = append(list, s.repairs(suffix, machine)...)
		list = append(list, alarm{
			name: "processor" + suffix, why: fmt.Sprintf("server %d is more than 80 %% busy", i+1),
			metric: machine("CPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		})
	}
	return list
}

func (s scope) fleetCharts(instances []pulumi.StringOutput) []chart {
	app := s.app()
	return []chart{
		machinesChart("Processors, percent", instances, "CPUUtilization", "Average"),
		{title: "Memory of the fullest server, percent used", lines: lines(app("mem_used_percent", "Maximum"))},
		{
			title: "Servers that are ready", lines: []line{{
				metric: metric{
					expression: "60 * ready / PERIOD(ready)", parts: map[string]metric{"ready": app("Ready", "Sum")},
				},
				label: "ready",
			}},
			limit: float64(len(instances)), label: "servers",
		},
	}
}

// machinesChart draws a line for each machine, or what sums many up. With more than maxHidden it takes those that
// lie evenly among all.
func machinesChart(title string, instances []pulumi.StringOutput, name, statistic string) chart {
	c := chart{title: title}
	if len(instances) <= maxLines {
		for i, instance := range instances {
			c.lines = append(c.lines, line{metric: ec2(instance)(name, statistic), label: fmt.Sprintf("server %d", i+1)})
		}
		return c
	}
	drawn := min(len(instances), maxHidden)
	parts := make(map[string]metric, drawn)
	for i := range drawn {
		parts[fmt.Sprintf("m%d", i)] = ec2(instances[i*len(instances)/drawn])(name, statistic)
	}
	c.lines = []line{
		{metric: metric{expression: "MAX(METRICS())", parts: parts}, label: fmt.Sprintf("most of %d servers", drawn)},
		{metric: metric{expression: "AVG(METRICS())"}, label: "average"},
		{metric: metric{expression: "MIN(METRICS())"}, label: "least"},
	}
	return c
}
