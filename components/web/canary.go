package web

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	// badPercent of the canary's answers, above which it fails.
	badPercent = 1
	// enoughRequests in a minute make a percentage of them worth a look.
	enoughRequests = 100
)

// watch makes the canary's alarm: in 3 of 5 minutes with enough requests, too many errors or a p99 too long. Every
// metric is filled, as an expression with a gap says nothing: without connections there is no response time.
func (w *Web) watch(ctx *pulumi.Context, name string, canary Canary, e entry) (*cloudwatch.MetricAlarm, error) {
	green := pulumi.StringMap{"LoadBalancer": e.balancer.ArnSuffix, "TargetGroup": e.green.ArnSuffix}
	metric := func(id, metric, statistic string) cloudwatch.MetricAlarmMetricQueryInput {
		return cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String(id),
			Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace: pulumi.String("AWS/ApplicationELB"), MetricName: pulumi.String(metric),
				Dimensions: green, Period: pulumi.Int(60), Stat: pulumi.String(statistic),
			},
		}
	}
	child := name + "-canary"
	alarm, err := cloudwatch.NewMetricAlarm(ctx, child, &cloudwatch.MetricAlarmArgs{
		AlarmDescription: pulumi.Sprintf("the canary fails more than %d %% of its requests, or takes longer than %s: "+
			"all users go back to the stable release", badPercent, canary.P99),
		MetricQueries: cloudwatch.MetricAlarmMetricQueryArray{
			metric("requests", "RequestCount", "Sum"),
			metric("errors", "HTTPCode_Target_5XX_Count", "Sum"),
			metric("refused", "TargetConnectionErrorCount", "Sum"),
			metric("latency", "TargetResponseTime", "p99"),
			cloudwatch.MetricAlarmMetricQueryArgs{
				Id: pulumi.String("bad"), ReturnData: pulumi.Bool(true), Label: pulumi.String("the canary fails"),
				Expression: pulumi.String(fmt.Sprintf("IF(FILL(requests, 0) >= %d, "+
					"IF(100 * (FILL(errors, 0) + FILL(refused, 0)) > %d * FILL(requests, 0) OR FILL(latency, 0) > %g, 1, 0), 0)",
					enoughRequests, badPercent, canary.P99.Seconds())),
			},
		},
		ComparisonOperator: pulumi.String("GreaterThanThreshold"),
		Threshold:          pulumi.Float64(0),
		EvaluationPeriods:  pulumi.Int(5),
		DatapointsToAlarm:  pulumi.Int(3),
		TreatMissingData:   pulumi.String("notBreaching"),
		Tags:               tag.Of(name, child),
	}, pulumi.Parent(w))
	if err != nil {
		return nil, err
	}
	w.CanaryAlarm, w.HasCanary = alarm.Name, true
	return alarm, nil
}
