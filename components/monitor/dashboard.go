package monitor

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The dashboard is 24 units wide and a chart is 8 by 6. A chart takes 500 metrics and a dashboard 2,500, hidden ones
// included  [Amazon CloudWatch User Guide, quotas, 2026-09].
const (
	chartWidth  = 8
	chartHeight = 6
	rowWidth    = 24
)

// section is a part of the dashboard that starts a row of its own.
type section struct {
	title  string // empty for none
	charts []chart
}

// chart draws lines over time, or the state of alarms.
type chart struct {
	title  string
	lines  []line
	alarms []pulumi.StringInput // ARNs, at most 100, instead of lines
	limit  float64              // drawn as a line; 0 for none
	label  string               // of the limit
	period int                  // seconds; default 300
}

type line struct {
	metric metric
	label  string // default CloudWatch's own
}

func lines(metrics ...metric) []line {
	list := make([]line, len(metrics))
	for i, m := range metrics {
		list[i].metric = m
	}
	return list
}

// reader returns the value of an input.
type reader func(pulumi.StringInput) string

// dashboardBody lays the sections out twice: first to learn which values they need, then with the values.
func dashboardBody(sections []section, region string) pulumi.StringOutput {
	var needed []any
	layout(sections, region, func(in pulumi.StringInput) string {
		needed = append(needed, in)
		return ""
	})
	return pulumi.All(needed...).ApplyT(func(values []any) (string, error) {
		text, err := json.Marshal(map[string]any{"widgets": layout(sections, region, func(pulumi.StringInput) string {
			value := values[0].(string)
			values = values[1:]
			return value
		})})
		return string(text), err
	}).(pulumi.StringOutput)
}

func layout(sections []section, region string, read reader) []map[string]any {
	var list []map[string]any
	perRow, top := rowWidth/chartWidth, 0
	for _, s := range sections {
		if s.title != "" {
			list = append(list, map[string]any{
				"type": "text", "x": 0, "y": top, "width": rowWidth, "height": 1,
				"properties": map[string]any{"markdown": "## " + s.title},
			})
			top++
		}
		for i, c := range s.charts {
			widget := c.body(region, read)
			widget["x"], widget["y"] = i%perRow*chartWidth, top+i/perRow*chartHeight
			widget["width"], widget["height"] = chartWidth, chartHeight
			list = append(list, widget)
		}
		top += (len(s.charts) + perRow - 1) / perRow * chartHeight
	}
	return list
}

func (c chart) body(region string, read reader) map[string]any {
	if len(c.alarms) > 0 {
		arns := make([]string, len(c.alarms))
		for i, alarm := range c.alarms {
			arns[i] = read(alarm)
		}
		return map[string]any{"type": "alarm", "properties": map[string]any{"title": c.title, "alarms": arns}}
	}
	rows := [][]any{}
	for _, l := range c.lines {
		rows = append(rows, l.rows(read)...)
	}
	properties := map[string]any{
		"title": c.title, "metrics": rows, "region": region, "view": "timeSeries", "period": 300,
	}
	if c.period > 0 {
		properties["period"] = c.period
	}
	if c.limit > 0 {
		properties["annotations"] = map[string]any{
			"horizontal": []any{map[string]any{"label": c.label, "value": c.limit}},
		}
	}
	return map[string]any{"type": "metric", "properties": properties}
}

// rows are in CloudWatch's own form: namespace, name, dimension, value, options; an expression's parts are hidden.
func (l line) rows(read reader) [][]any {
	if l.metric.expression == "" {
		options := map[string]any{"stat": l.metric.statistic}
		if l.label != "" {
			options["label"] = l.label
		}
		return [][]any{l.metric.row(options, read)}
	}
	rows := [][]any{{map[string]any{"expression": l.metric.expression, "label": l.label}}}
	for _, id := range slices.Sorted(maps.Keys(l.metric.parts)) {
		part := l.metric.parts[id]
		rows = append(rows, part.row(map[string]any{"id": id, "stat": part.statistic, "visible": false}, read))
	}
	return rows
}

func (q metric) row(options map[string]any, read reader) []any {
	row := []any{q.namespace, q.name}
	for _, dimension := range slices.Sorted(maps.Keys(q.dimensions)) {
		row = append(row, dimension, read(q.dimensions[dimension]))
	}
	return append(row, options)
}
