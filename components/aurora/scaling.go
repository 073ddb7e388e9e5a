package aurora

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/appautoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	targetCPU   = 65  // percent, the readers' average: a reader takes minutes to come, and load grows meanwhile
	cooldownOut = 300 // seconds, as long as a reader takes to come
	cooldownIn  = 900 // seconds; connections move slowly, and a reader that goes must be made again
)

// scaling adds readers while those that are there are busy, and takes away what it added. Its readers are not
// in the stack: they have the writer's class and the last promotion tier. The reader for analytics counts among
// AWS's readers, so that both bounds are moved by it, and its load among theirs.
func (a *Aurora) scaling(ctx *pulumi.Context, name string, args Args, cluster *rds.Cluster, list members) error {
	if args.Readers.Max == args.Readers.Min {
		return nil
	}
	target, err := appautoscaling.NewTarget(ctx, name+"-readers", &appautoscaling.TargetArgs{
		ServiceNamespace:  pulumi.String("rds"),
		ScalableDimension: pulumi.String("rds:cluster:ReadReplicaCount"),
		ResourceId:        pulumi.Sprintf("cluster:%s", cluster.ID()),
		MinCapacity:       pulumi.Int(args.Readers.Min + args.extra()),
		MaxCapacity:       pulumi.Int(args.Readers.Max + args.extra()),
		Tags:              tag.Of(name, name+"-readers"),
	}, pulumi.Parent(a), pulumi.DependsOn(list.all))
	if err != nil {
		return err
	}
	_, err = appautoscaling.NewPolicy(ctx, name+"-readers-cpu", &appautoscaling.PolicyArgs{
		PolicyType:        pulumi.String("TargetTrackingScaling"),
		ServiceNamespace:  target.ServiceNamespace,
		ScalableDimension: target.ScalableDimension,
		ResourceId:        target.ResourceId,
		TargetTrackingScalingPolicyConfiguration: appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs{
			PredefinedMetricSpecification: appautoscaling.
				PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs{
				PredefinedMetricType: pulumi.String("RDSReaderAverageCPUUtilization"),
			},
			TargetValue:      pulumi.Float64(targetCPU),
			ScaleOutCooldown: pulumi.Int(cooldownOut),
			ScaleInCooldown:  pulumi.Int(cooldownIn),
		},
	}, pulumi.Parent(a))
	return err
}
