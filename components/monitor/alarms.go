package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/vm"
)

const (
	above = "GreaterThanThreshold"
	below = "LessThanThreshold"
)

// alarm is one row of the alarm table.
type alarm struct {
	name, why        string
	metric           metric
	comparison       string
	threshold        float64
	minutes, periods int    // length of a period, and how many in a row are one too many
	missing          string // "breaching" where silence is bad news, otherwise "notBreaching"
	action           string // of EC2, e.g. "recover"; empty for none
	region           string
}

// metric is a CloudWatch metric, or an expression over others.
type metric struct {
	namespace, name string
	statistic       string // "Average", "Sum", "p99", ...
	dimensions      pulumi.StringMap
	expression      string // over parts, by their keys
	parts           map[string]metric
}

// alarms is the table: objectives first, then what ends a single machine, then what loses data.
func alarms(args Args, stack string) []alarm {
	app := func(name, statistic string) metric {
		return metric{
			namespace: vm.MetricNamespace, name: name, statistic: statistic,
			dimensions: pulumi.StringMap{"Stack": pulumi.String(stack)},
		}
	}
	machine := func(name, statistic string) metric {
		return metric{
			namespace: "AWS/EC2", name: name, statistic: statistic,
			dimensions: pulumi.StringMap{"InstanceId": args.Server.InstanceID},
		}
	}
	t := args.Target
	return []alarm{
		{
			name: "availability", why: fmt.Sprintf("more than %.4g %% of requests fail", 100-t.Availability),
			metric: metric{
				expression: "100 * errors / requests",
				parts:      map[string]metric{"errors": app("Errors", "Sum"), "requests": app("Requests", "Sum")},
			},
			comparison: above, threshold: 100 - t.Availability, minutes: 5, periods: 3, missing: "notBreaching",
		},
		{
			name: "latency", why: fmt.Sprintf("1 of 100 requests takes longer than %s", t.P99),
			metric: app("Latency", "p99"), comparison: above, threshold: float64(t.P99.Milliseconds()),
			minutes: 5, periods: 3, missing: "notBreaching",
		},
		{
			name: "load",
			why:  fmt.Sprintf("more than 80 %% of the %d requests a second that this phase is built for", t.PeakQPS),
			metric: metric{
				expression: "requests / PERIOD(requests)",
				parts:      map[string]metric{"requests": app("Requests", "Sum")},
			},
			comparison: above, threshold: 0.8 * float64(t.PeakQPS), minutes: 5, periods: 3, missing: "notBreaching",
		},
		{
			name: "ready", why: "the app does not answer, or not with its database",
			metric: app("Ready", "Minimum"), comparison: below, threshold: 1,
			minutes: 1, periods: 5, missing: "breaching",
		},
		{
			name: "hardware", why: "AWS's hardware under the machine fails; EC2 moves the machine",
			metric: machine("StatusCheckFailed_System", "Maximum"), comparison: above, threshold: 0,
			minutes: 1, periods: 2, missing: "notBreaching", action: "recover", region: args.Region,
		},
		{
			name: "hang", why: "the operating system does not answer; EC2 restarts the machine",
			metric: machine("StatusCheckFailed_Instance", "Maximum"), comparison: above, threshold: 0,
			minutes: 1, periods: 5, missing: "notBreaching", action: "reboot", region: args.Region,
		},
		{
			name: "credits", why: "the processor's credits run out; the machine slows down when they end",
			// A new machine starts without credits and earns 36 an hour (t4g.large): an hour passes before this can ring.
			metric: machine("CPUCreditBalance", "Minimum"), comparison: below, threshold: 20,
			minutes: 5, periods: 12, missing: "notBreaching",
		},
		{
			name: "memory", why: "less than a tenth of the memory is left",
			metric: app("mem_used_percent", "Average"), comparison: above, threshold: 90,
			minutes: 5, periods: 3, missing: "notBreaching",
		},
		{
			name: "disk", why: "less than a fifth of the data volume is left; raise ladder:dataVolumeGiB",
			metric: app("disk_used_percent", "Maximum"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: "notBreaching",
		},
		{
			name: "backups", why: "no write-ahead log reached the backup bucket for a quarter of an hour",
			metric: app("ArchiveAge", "Maximum"), comparison: above, threshold: 900,
			minutes: 5, periods: 3, missing: "breaching",
		},
	}
}

func (m *Monitor) alarm(ctx *pulumi.Context, name string, a alarm) error {
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
		Tags:               tag.Of(name, child),
	}
	a.metric.in(args, a.minutes*60)
	_, err := cloudwatch.NewMetricAlarm(ctx, child, args, pulumi.Parent(m))
	return err
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
	for _, id := range sortedKeys(q.parts) {
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
