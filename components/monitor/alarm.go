package monitor

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	above = "GreaterThanThreshold"
	below = "LessThanThreshold"

	rings = "breaching"    // for missing data: silence is bad news
	quiet = "notBreaching" // for missing data: there is none while all is well
)

// alarm is one row of a table of alarms.
type alarm struct {
	name, why        string
	metric           metric
	comparison       string
	threshold        float64
	minutes, periods int    // length of a period, and how many are looked at
	enough           int    // of the periods that ring, one after another or not; 0 for all
	missing          string // rings or quiet
	action           string // of EC2, e.g. "recover"; empty for none
	region           string // of the action
	trigger          string // number of the phase that helps; empty for none
	gate             bool   // no deploy goes on while it rings
}

// metric is a CloudWatch metric, or an expression over others.
type metric struct {
	namespace, name string
	statistic       string // "Average", "Sum", "p99", ...
	dimensions      pulumi.StringMap
	expression      string            // over parts, by their keys
	parts           map[string]metric // at most 10 in an alarm  [Amazon CloudWatch User Guide, quotas, 2026-09]
}

// per is a metric of one namespace and one set of dimensions, by name and statistic.
func per(namespace string, dimensions pulumi.StringMap) func(name, statistic string) metric {
	return func(name, statistic string) metric {
		return metric{namespace: namespace, name: name, statistic: statistic, dimensions: dimensions}
	}
}

// rate is a count by the second.
func rate(counts metric) metric {
	return metric{expression: "requests / PERIOD(requests)", parts: map[string]metric{"requests": counts}}
}

// made are alarms with the rows they were made from.
type made []struct {
	alarm
	resource *cloudwatch.MetricAlarm
}

func (m *Monitor) alarms(ctx *pulumi.Context, name string, rows []alarm) (made, error) {
	list := make(made, len(rows))
	for i, row := range rows {
		resource, err := m.alarm(ctx, name, row)
		if err != nil {
			return nil, err
		}
		list[i].alarm, list[i].resource = row, resource
	}
	return list, nil
}

func (m *Monitor) alarm(ctx *pulumi.Context, name string, a alarm) (*cloudwatch.MetricAlarm, error) {
	actions := pulumi.Array{m.Topic}
	if a.action != "" {
		actions = append(actions, pulumi.Sprintf("arn:aws:automate:%s:ec2:%s", a.region, a.action))
	}
	child := name + "-" + a.name
	args := &cloudwatch.MetricAlarmArgs{
		Name:               pulumi.Sprintf("%s-%s-%s", ctx.Project(), ctx.Stack(), a.name),
		AlarmDescription:   pulumi.String(a.why),
		ComparisonOperator: pulumi.String(a.comparison),
		Threshold:          pulumi.Float64(a.threshold),
		EvaluationPeriods:  pulumi.Int(a.periods),
		TreatMissingData:   pulumi.String(a.missing),
		AlarmActions:       actions,
		OkActions:          pulumi.Array{m.Topic},
		Tags:               a.tags(name, child),
	}
	if a.enough > 0 {
		args.DatapointsToAlarm = pulumi.Int(a.enough)
	}
	a.metric.in(args, a.minutes*60)
	return cloudwatch.NewMetricAlarm(ctx, child, args, pulumi.Parent(m))
}

func (a alarm) tags(name, child string) pulumi.StringMap {
	tags := tag.Of(name, child)
	if a.trigger != "" {
		tags["trigger"] = pulumi.String(a.trigger)
	}
	return tags
}

// in writes the metric into the alarm, as itself or as an expression; period is in seconds.
func (q metric) in(args *cloudwatch.MetricAlarmArgs, period int) {
	if q.expression == "" {
		args.Namespace, args.MetricName = pulumi.String(q.namespace), pulumi.String(q.name)
		args.Dimensions, args.Period = q.dimensions, pulumi.Int(period)
		if q.percentile() {
			args.ExtendedStatistic = pulumi.String(q.statistic)
			// Of a dozen requests the 99th percentile is the slowest: no reason to wake anybody.
			args.EvaluateLowSampleCountPercentiles = pulumi.String("ignore")
		} else {
			args.Statistic = pulumi.String(q.statistic)
		}
		return
	}
	queries := cloudwatch.MetricAlarmMetricQueryArray{cloudwatch.MetricAlarmMetricQueryArgs{
		Id: pulumi.String("result"), Expression: pulumi.String(q.expression), ReturnData: pulumi.Bool(true),
		Label: pulumi.String(q.expression),
	}}
	for _, id := range slices.Sorted(maps.Keys(q.parts)) {
		part := q.parts[id]
		queries = append(queries, cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String(id),
			Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace: pulumi.String(part.namespace), MetricName: pulumi.String(part.name),
				Dimensions: part.dimensions, Period: pulumi.Int(period), Stat: pulumi.String(part.statistic),
			},
		})
	}
	args.MetricQueries = queries
}

// percentile statistics stand in a field of their own.
func (q metric) percentile() bool { return q.statistic[0] == 'p' }
