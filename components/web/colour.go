package web

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/internal/traffic"
)

const (
	// graceSeconds a machine has until it must be ready; about 180 are needed.
	graceSeconds = 240
	// warmupSeconds until a new machine counts: longer than graceSeconds, so that a renewal never goes on before it
	// is known whether the machine is ready.
	warmupSeconds = 300
	// stickySeconds a user stays with a colour, so that no page mixes two releases. Shorter than the 10 minutes that
	// a weight is watched for, so that each step shows in full.
	stickySeconds = 300
	// busyPercent of the processors, at which the group grows: what is left carries the loss of a zone of three.
	busyPercent = 60
)

// colour is a group of machines that run one release.
type colour struct {
	name     string // blue or green
	release  *release.Release
	targets  *lb.TargetGroup
	growOnly bool
}

// colours makes the machines, and then divides the users between them. The order is the safety: the rule waits for
// green's machines to be ready, and when green goes, it goes after the rule has taken its users away.
func (w *Web) colours(ctx *pulumi.Context, name string, born birth, e entry) error {
	args := born.args
	blue, err := w.machines(ctx, name, born, e, colour{
		name: "blue", release: args.Release, targets: e.blue,
		growOnly: args.Canary != nil, // it has room for all users at every moment of a trial
	})
	if err != nil {
		return err
	}
	w.Blue.MachinesGroup = blue.Name
	if args.Canary != nil {
		return w.trial(ctx, name, born, e)
	}
	w.Green.MachinesGroup, w.CanaryAlarm = pulumi.String("").ToStringOutput(), pulumi.String("").ToStringOutput()
	_, err = w.divide(ctx, name, 0, e, nil)
	return err
}

// trial runs a second release. It has the machines for an ordinary night from the first moment on, whatever its
// weight: a weight then changes one rule and waits for no machine, and 50 to 100 finds room.
func (w *Web) trial(ctx *pulumi.Context, name string, born birth, e entry) error {
	args := born.args
	green, err := w.machines(ctx, name, born, e, colour{name: "green", release: args.Canary.Release, targets: e.green})
	if err != nil {
		return err
	}
	w.Green.MachinesGroup = green.Name
	alarm, err := w.watch(ctx, name, *args.Canary, e)
	if err != nil {
		return err
	}
	rule, err := w.divide(ctx, name, args.weight(), e, []pulumi.Resource{green, alarm})
	if err != nil || !args.onTrial() {
		return err
	}
	return w.rollback(ctx, name, alarm, rule, e)
}

// divide is the one rule that decides who gets which colour. At 0 and at 100 no cookie holds anybody: a user of a
// colour without machines would get errors until his cookie ends.
func (w *Web) divide(
	ctx *pulumi.Context, name string, weight int, e entry, after []pulumi.Resource,
) (*lb.ListenerRule, error) {
	return lb.NewListenerRule(ctx, name+"-rule", &lb.ListenerRuleArgs{
		ListenerArn: e.listener.Arn,
		Priority:    pulumi.Int(1),
		Conditions: lb.ListenerRuleConditionArray{lb.ListenerRuleConditionArgs{
			PathPattern: lb.ListenerRuleConditionPathPatternArgs{Values: pulumi.StringArray{pulumi.String("/*")}},
		}},
		Actions: lb.ListenerRuleActionArray{lb.ListenerRuleActionArgs{
			Type: pulumi.String("forward"),
			Forward: lb.ListenerRuleActionForwardArgs{
				TargetGroups: lb.ListenerRuleActionForwardTargetGroupArray{
					lb.ListenerRuleActionForwardTargetGroupArgs{Arn: e.blue.Arn, Weight: pulumi.Int(100 - weight)},
					lb.ListenerRuleActionForwardTargetGroupArgs{Arn: e.green.Arn, Weight: pulumi.Int(weight)},
				},
				Stickiness: lb.ListenerRuleActionForwardStickinessArgs{
					Enabled: pulumi.Bool(weight > 0 && weight < 100), Duration: pulumi.Int(stickySeconds),
				},
			},
		}},
		Tags: tag.Of(name, name+"-rule"),
	}, pulumi.Parent(w), pulumi.DependsOn(after))
}

// machines makes a colour's group. Its size is Auto Scaling's business after the first day.
func (w *Web) machines(
	ctx *pulumi.Context, name string, born birth, e entry, c colour,
) (*autoscaling.Group, error) {
	template, err := w.template(ctx, name, born, c)
	if err != nil {
		return nil, err
	}
	child, args := name+"-"+c.name+"-machines", born.args
	group := &autoscaling.GroupArgs{
		MinSize:                pulumi.Int(args.Machines.Min),
		MaxSize:                pulumi.Int(args.Machines.Max),
		VpcZoneIdentifiers:     ids(args.Network.App),
		TargetGroupArns:        pulumi.StringArray{c.targets.Arn}, // and no attachment resources: they would fight
		HealthCheckType:        pulumi.String("ELB"),
		HealthCheckGracePeriod: pulumi.Int(graceSeconds),
		DefaultInstanceWarmup:  pulumi.Int(warmupSeconds),
		// New machines come before old ones go, a tenth at a time and at least one; also when the database fails over
		// and no machine is ready for half a minute.
		InstanceMaintenancePolicy: autoscaling.GroupInstanceMaintenancePolicyArgs{
			MinHealthyPercentage: pulumi.Int(100), MaxHealthyPercentage: pulumi.Int(110),
		},
		InstanceRefresh: autoscaling.GroupInstanceRefreshArgs{
			Strategy: pulumi.String("Rolling"),
			Preferences: autoscaling.GroupInstanceRefreshPreferencesArgs{
				MinHealthyPercentage: pulumi.Int(100), MaxHealthyPercentage: pulumi.Int(110),
				SkipMatching: pulumi.Bool(true),
			},
		},
		EnabledMetrics: pulumi.ToStringArray([]string{
			"GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances",
		}),
		// A group is made when its machines are ready, or not at all. Later changes of the sizes wait for the number of
		// machines that the state remembers.
		MinElbCapacity:         pulumi.Int(args.Machines.Min),
		WaitForCapacityTimeout: pulumi.String("15m"),
		Tags:                   groupTags(tag.Of(name, child)),
	}
	args.launch(group, template)
	// Machines need their way to AWS's services at the first boot, and Auto Scaling a group that a listener checks.
	made, err := autoscaling.NewGroup(ctx, child, group, pulumi.Parent(w),
		pulumi.IgnoreChanges([]string{"desiredCapacity"}), pulumi.DependsOn([]pulumi.Resource{e.listener, args.Network}))
	if err != nil {
		return nil, err
	}
	return made, w.scaling(ctx, name, args, e, c, made)
}

// launch names the version of the template by its number: with "$Latest" nothing would change, and nothing be renewed.
func (a Args) launch(group *autoscaling.GroupArgs, template *ec2.LaunchTemplate) {
	version := template.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput)
	if len(a.InstanceTypes) == 1 {
		group.LaunchTemplate = autoscaling.GroupLaunchTemplateArgs{Id: template.ID(), Version: version}
		return
	}
	var types autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArray
	for _, t := range a.InstanceTypes {
		types = append(types, autoscaling.GroupMixedInstancesPolicyLaunchTemplateOverrideArgs{
			InstanceType: pulumi.String(t),
		})
	}
	group.MixedInstancesPolicy = autoscaling.GroupMixedInstancesPolicyArgs{
		InstancesDistribution: autoscaling.GroupMixedInstancesPolicyInstancesDistributionArgs{
			OnDemandAllocationStrategy:          pulumi.String("prioritized"), // the first that AWS has
			OnDemandPercentageAboveBaseCapacity: pulumi.Int(100),
		},
		LaunchTemplate: autoscaling.GroupMixedInstancesPolicyLaunchTemplateArgs{
			LaunchTemplateSpecification: autoscaling.
				GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecificationArgs{
				LaunchTemplateId: template.ID(), Version: version,
			},
			Overrides: types,
		},
	}
}

func groupTags(tags pulumi.StringMap) autoscaling.GroupTagArray {
	var list autoscaling.GroupTagArray
	for _, key := range []string{"Name", "component"} {
		list = append(list, autoscaling.GroupTagArgs{
			Key: pulumi.String(key), Value: tags[key], PropagateAtLaunch: pulumi.Bool(false), // the template has its own
		})
	}
	return list
}

// scaling keeps processors and requests for each machine at their targets; the one that wants more machines wins.
// CPU comes every 5 minutes, as the minute costs 2.10 USD a machine and month; requests come every minute.
func (w *Web) scaling(
	ctx *pulumi.Context, name string, args Args, e entry, c colour, group *autoscaling.Group,
) error {
	size, _ := ec2type.Parse(args.InstanceTypes[0])
	for part, track := range map[string]struct {
		metric string
		label  pulumi.StringPtrInput
		target int
	}{
		"cpu": {"ASGAverageCPUUtilization", nil, busyPercent},
		"requests": {
			"ALBRequestCountPerTarget", pulumi.Sprintf("%s/%s", e.balancer.ArnSuffix, c.targets.ArnSuffix),
			60 * traffic.RequestsPerVCPU * size.VCPUs(), // a minute
		},
	} {
		if _, err := autoscaling.NewPolicy(ctx, name+"-"+c.name+"-"+part, &autoscaling.PolicyArgs{
			AutoscalingGroupName: group.Name,
			PolicyType:           pulumi.String("TargetTrackingScaling"),
			TargetTrackingConfiguration: autoscaling.PolicyTargetTrackingConfigurationArgs{
				PredefinedMetricSpecification: autoscaling.
					PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs{
					PredefinedMetricType: pulumi.String(track.metric), ResourceLabel: track.label,
				},
				TargetValue:    pulumi.Float64(track.target),
				DisableScaleIn: pulumi.Bool(c.growOnly),
			},
		}, pulumi.Parent(w)); err != nil {
			return err
		}
	}
	return nil
}
