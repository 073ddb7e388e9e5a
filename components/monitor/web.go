package monitor

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/web"
)

// Web watches a load balancer and its groups of servers. Its objectives are measured where the users come in, so that
// servers that are all down count, too. It makes the gate for deploys, and tells of a canary that failed.
func Web(servers *web.Web) Watch {
	return Watch{
		kind: "Web", serves: true,
		check:  func(c *check.Args, field string) { c.Given(servers != nil, field, "Web of a web component") },
		canary: func() (pulumi.StringOutput, bool) { return servers.CanaryAlarm, servers.HasCanary },
		alarms: func(s scope) []alarm {
			return append(balancerService(servers).alarms(s.target, true), webAlarms(servers)...)
		},
		charts: func(s scope) []chart {
			return append(balancerService(servers).charts(s.target), webCharts(servers)...)
		},
	}
}

func balancer(servers *web.Web) func(name, statistic string) metric {
	return per("AWS/ApplicationELB", pulumi.StringMap{"LoadBalancer": servers.LoadBalancer})
}

func balancerService(servers *web.Web) service {
	alb := balancer(servers)
	return service{
		failed: metric{
			// A request for which there is no server is an error of the balancer's own, and not among RequestCount. Counts
			// are reported only when they are not zero  [ALB User Guide, CloudWatch metrics, 2026-09].
			expression: "100 * (FILL(failed, 0) + FILL(refused, 0)) / (FILL(requests, 0) + FILL(refused, 0))",
			parts: map[string]metric{
				"failed":   alb("HTTPCode_Target_5XX_Count", "Sum"),
				"refused":  alb("HTTPCode_ELB_5XX_Count", "Sum"),
				"requests": alb("RequestCount", "Sum"),
			},
		},
		latency:  func(statistic string) metric { return alb("TargetResponseTime", statistic) },
		unit:     time.Second,
		requests: alb("RequestCount", "Sum"),
	}
}

// targets are the metrics of a colour's servers.
func targets(servers *web.Web, colour web.Colour) func(name, statistic string) metric {
	return per("AWS/ApplicationELB", pulumi.StringMap{
		"LoadBalancer": servers.LoadBalancer, "TargetGroup": colour.TargetGroup,
	})
}

// podAlarms watch a gateway in the machines' place.
func podAlarms(entry *web.Web) []alarm {
	return []alarm{{
		name: "ready", why: "no pod of the gateway is ready",
		metric: targets(entry, entry.Pods)("HealthyHostCount", "Maximum"), comparison: below, threshold: 1,
		minutes: 1, periods: 3, missing: rings, gate: true,
	}}
}

func podCharts(entry *web.Web) []chart {
	pods := targets(entry, entry.Pods)
	return []chart{
		{title: "Pods of the gateway that are ready", lines: lines(pods("HealthyHostCount", "Maximum"))},
		{title: "Latency, p99 in seconds", lines: lines(pods("TargetResponseTime", "p99"))},
	}
}

func webAlarms(servers *web.Web) []alarm {
	if servers.Pods.TargetGroup.OutputState != nil {
		return podAlarms(servers)
	}
	unhealthy := func(colour string, of web.Colour) alarm {
		return alarm{
			name: "unhealthy-" + colour,
			// A server that starts is not ready for about 3 minutes.
			why:    fmt.Sprintf("a server of %s has not been ready for 10 minutes", colour),
			metric: targets(servers, of)("UnHealthyHostCount", "Maximum"), comparison: above, threshold: 0,
			minutes: 1, periods: 10, missing: quiet, gate: true,
		}
	}
	return []alarm{
		{
			name: "ready", why: "no server of the stable colour is ready",
			metric: targets(servers, servers.Blue)("HealthyHostCount", "Maximum"), comparison: below, threshold: 1,
			minutes: 1, periods: 5, missing: rings, gate: true,
		},
		unhealthy("blue", servers.Blue),
		unhealthy("green", servers.Green),
	}
}

func webCharts(servers *web.Web) []chart {
	if servers.Pods.TargetGroup.OutputState != nil {
		return podCharts(servers)
	}
	blue, green := targets(servers, servers.Blue), targets(servers, servers.Green)
	both := func(name, statistic string) []line {
		return []line{{metric: blue(name, statistic), label: "blue"}, {metric: green(name, statistic), label: "green"}}
	}
	group := machines(servers)
	return []chart{
		{title: "Servers that are ready", lines: both("HealthyHostCount", "Maximum")},
		{title: "Servers that are not ready", lines: both("UnHealthyHostCount", "Maximum")},
		{title: "Latency by colour, p99 in seconds", lines: both("TargetResponseTime", "p99")},
		{title: "Requests of a server in 5 minutes", lines: both("RequestCountPerTarget", "Sum")},
		{title: "Servers of blue", lines: lines(
			group("GroupInServiceInstances", "Average"), group("GroupMaxSize", "Maximum"), group("GroupMinSize", "Minimum"),
		)},
		{title: "Processors of blue, percent", lines: lines(per("AWS/EC2", pulumi.StringMap{
			"AutoScalingGroupName": servers.Blue.MachinesGroup,
		})("CPUUtilization", "Average"))},
	}
}

// machines are the metrics of the stable colour's group.
func machines(servers *web.Web) func(name, statistic string) metric {
	return per("AWS/AutoScaling", pulumi.StringMap{"AutoScalingGroupName": servers.Blue.MachinesGroup})
}
