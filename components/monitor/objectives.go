package monitor

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/identity"
)

// service is how what serves the users measures itself.
type service struct {
	failed   metric // percent of the requests
	latency  func(statistic string) metric
	unit     time.Duration // of the latency
	requests metric        // count
}

// app is how the app measures itself, all machines of a stack together.
func (s scope) app() func(name, statistic string) metric {
	return per(identity.MetricNamespace, pulumi.StringMap{"Stack": pulumi.String(s.stack)})
}

func (s scope) appService() service {
	app := s.app()
	return service{
		failed: metric{
			expression: "100 * errors / requests",
			parts:      map[string]metric{"errors": app("Errors", "Sum"), "requests": app("Requests", "Sum")},
		},
		latency:  func(statistic string) metric { return app("Latency", statistic) },
		unit:     time.Millisecond,
		requests: app("Requests", "Sum"),
	}
}

// alarms hold the objectives.
func (v service) alarms(t Target, gate bool) []alarm {
	return []alarm{
		{
			name: "availability", why: fmt.Sprintf("more than %.4g %% of requests fail", 100-t.Availability),
			metric: v.failed, comparison: above, threshold: 100 - t.Availability,
			minutes: 5, periods: 3, missing: quiet, gate: gate,
		},
		{
			name: "latency", why: fmt.Sprintf("1 of 100 requests takes longer than %s", t.P99),
			metric: v.latency("p99"), comparison: above, threshold: float64(t.P99) / float64(v.unit),
			minutes: 5, periods: 3, missing: quiet, gate: gate,
		},
		{
			name:   "load",
			why:    fmt.Sprintf("more than 80 %% of the %d requests a second that this phase is built for", t.PeakQPS),
			metric: rate(v.requests), comparison: above, threshold: 0.8 * float64(t.PeakQPS),
			minutes: 5, periods: 3, missing: quiet,
		},
	}
}

// charts are the objectives with their limits: the first row of the dashboard.
func (v service) charts(t Target) []chart {
	return []chart{
		{
			title: "Failed requests, percent",
			lines: []line{{metric: v.failed, label: "failed"}},
			limit: 100 - t.Availability, label: fmt.Sprintf("objective: %v %% succeed", t.Availability),
		},
		{
			title: fmt.Sprintf("Latency, %s", map[time.Duration]string{
				time.Millisecond: "milliseconds", time.Second: "seconds",
			}[v.unit]),
			lines: lines(v.latency("p50"), v.latency("p95"), v.latency("p99")),
			limit: float64(t.P99) / float64(v.unit), label: "objective for p99",
		},
		{
			title: "Requests a second",
			lines: []line{{metric: rate(v.requests), label: "requests"}},
			limit: float64(t.PeakQPS), label: "built for",
		},
	}
}
