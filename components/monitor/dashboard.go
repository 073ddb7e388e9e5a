package monitor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/vm"
)

// widget is one chart; the dashboard is 24 units wide and a chart is 8 by 6.
type widget struct {
	title   string
	metrics [][]any // in CloudWatch's own form: namespace, name, dimension, value, options
	limit   float64 // drawn as a line; 0 for none
	label   string  // of the line
}

const (
	chartWidth  = 8
	chartHeight = 6
	rowWidth    = 24
)

// dashboardBody draws the objectives with their limits in the first row and the machine in the others.
func dashboardBody(args Args, stack string) pulumi.StringOutput {
	return args.Server.InstanceID.ApplyT(func(instance string) (string, error) {
		var list []map[string]any
		for i, w := range widgets(args.Target, stack, instance) {
			list = append(list, w.body(i, args.Region))
		}
		text, err := json.Marshal(map[string]any{"widgets": list})
		return string(text), err
	}).(pulumi.StringOutput)
}

func widgets(t Target, stack, instance string) []widget {
	app := func(name, statistic string) []any {
		return []any{vm.MetricNamespace, name, "Stack", stack, map[string]any{"stat": statistic}}
	}
	hidden := func(id, name string) []any {
		return []any{
			vm.MetricNamespace, name, "Stack", stack,
			map[string]any{"id": id, "stat": "Sum", "visible": false},
		}
	}
	formula := func(expression, label string) []any {
		return []any{map[string]any{"expression": expression, "label": label}}
	}
	machine := func(name, statistic string) []any {
		return []any{"AWS/EC2", name, "InstanceId", instance, map[string]any{"stat": statistic}}
	}
	return []widget{
		{
			title: "Failed requests, percent",
			metrics: [][]any{
				formula("100 * errors / requests", "failed"), hidden("errors", "Errors"), hidden("requests", "Requests"),
			},
			limit: 100 - t.Availability, label: fmt.Sprintf("objective: %v %% succeed", t.Availability),
		},
		{
			title:   "Latency, milliseconds",
			metrics: [][]any{app("Latency", "p50"), app("Latency", "p95"), app("Latency", "p99")},
			limit:   float64(t.P99.Milliseconds()), label: "objective for p99",
		},
		{
			title:   "Requests a second",
			metrics: [][]any{formula("requests / PERIOD(requests)", "requests"), hidden("requests", "Requests")},
			limit:   float64(t.PeakQPS), label: "built for",
		},
		{title: "Processor, percent", metrics: [][]any{machine("CPUUtilization", "Average")}},
		{title: "Processor credits", metrics: [][]any{machine("CPUCreditBalance", "Minimum")}},
		{
			title:   "Memory and data volume, percent used",
			metrics: [][]any{app("mem_used_percent", "Average"), app("disk_used_percent", "Maximum")},
		},
		{title: "Ready (1) or not (0)", metrics: [][]any{app("Ready", "Minimum")}},
		{
			title: "Seconds since the last archived log", metrics: [][]any{app("ArchiveAge", "Maximum")},
			limit: 900, label: "alarm",
		},
		{title: "Network, bytes", metrics: [][]any{machine("NetworkIn", "Sum"), machine("NetworkOut", "Sum")}},
	}
}

func (w widget) body(index int, region string) map[string]any {
	perRow := rowWidth / chartWidth
	properties := map[string]any{
		"title": w.title, "metrics": w.metrics, "region": region, "view": "timeSeries", "period": 300,
	}
	if w.limit > 0 {
		properties["annotations"] = map[string]any{
			"horizontal": []any{map[string]any{"label": w.label, "value": w.limit}},
		}
	}
	return map[string]any{
		"type": "metric", "x": index % perRow * chartWidth, "y": index / perRow * chartHeight,
		"width": chartWidth, "height": chartHeight, "properties": properties,
	}
}

func sortedKeys(parts map[string]metric) []string { return slices.Sorted(maps.Keys(parts)) }
