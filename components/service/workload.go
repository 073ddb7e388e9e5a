package service

import (
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/mesh"
)

// Labels of pods.
const (
	nameLabel    = "app.kubernetes.io/name"
	partLabel    = "app.kubernetes.io/part-of"
	versionLabel = "app.kubernetes.io/version"
	trackLabel   = "track"
)

// busyPercent of what its pods ask for is a service at its peak: with one of three zones lost it is 75.  [app.md B3].
const busyPercent = 50

// track is one release of a service with its pods.
type track struct {
	role     Role
	name     string // "stable", "canary" or "migrate"
	image    pulumi.StringInput
	version  string // of the image, for people
	replicas int    // 0: as the load asks for
}

// object is the name of the track's objects in the cluster.
func (t track) object() string {
	if t.name == stable {
		return t.role.Name()
	}
	return t.role.Name() + "-" + t.name
}

// child is the logical name of one of the track's objects.
func (t track) child(name, part string) string {
	if t.name == stable {
		return name + "-" + part
	}
	return name + "-" + t.name + "-" + part
}

// selector is what a track's pods keep for ever.
func (t track) selector() map[string]string {
	return map[string]string{nameLabel: t.role.Name(), trackLabel: t.name}
}

func (t track) podLabels() map[string]string {
	return map[string]string{
		nameLabel: t.role.Name(), trackLabel: t.name, partLabel: "ladder", versionLabel: t.version,
	}
}

// metadata of an object. Its name is the same with every update, so that it changes in place.
func (a *Args) metadata(object string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name: pulumi.String(object), Namespace: pulumi.String(a.Namespace.Name),
		Labels: pulumi.ToStringMap(map[string]string{nameLabel: a.Role.Name(), partLabel: "ladder"}),
	}
}

// release makes the pods of a track and what is around them.
func (s *Service) release(ctx *pulumi.Context, name string, args Args, t track, before []pulumi.Resource) error {
	opts := s.in(args)
	spec := appsv1.DeploymentSpecArgs{
		Selector: metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(t.selector())},
		Template: args.template(t),
		Strategy: appsv1.DeploymentStrategyArgs{
			Type: pulumi.String("RollingUpdate"),
			RollingUpdate: appsv1.RollingUpdateDeploymentArgs{
				MaxUnavailable: pulumi.Int(0), MaxSurge: pulumi.String("25%"),
			},
		},
		MinReadySeconds: pulumi.Int(5), RevisionHistoryLimit: pulumi.Int(3),
	}
	deploymentOpts := append(slices.Clip(opts), pulumi.DependsOn(before))
	if t.replicas > 0 {
		spec.Replicas = pulumi.Int(t.replicas)
	} else {
		deploymentOpts = append(deploymentOpts, pulumi.IgnoreChanges([]string{"spec.replicas"}))
	}
	deployment, err := appsv1.NewDeployment(ctx, t.child(name, "deployment"), &appsv1.DeploymentArgs{
		Metadata: args.metadata(t.object()), Spec: spec,
	}, deploymentOpts...)
	if err != nil {
		return err
	}
	s.Ready = append(s.Ready, deployment)
	if _, err := corev1.NewService(ctx, t.child(name, "service"), &corev1.ServiceArgs{
		Metadata: args.metadata(t.object()),
		Spec: corev1.ServiceSpecArgs{
			Selector: pulumi.ToStringMap(t.selector()),
			Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
				Name: pulumi.String("http"), Port: pulumi.Int(Port), TargetPort: pulumi.String("http"),
				Protocol: pulumi.String("TCP"), AppProtocol: pulumi.String("http"),
			}},
			TrafficDistribution: pulumi.String(mesh.TrafficDistribution),
		},
	}, opts...); err != nil {
		return err
	}
	return s.disruption(ctx, name, args, t)
}

// disruption lets nodes be renewed a few pods at a time.
func (s *Service) disruption(ctx *pulumi.Context, name string, args Args, t track) error {
	_, err := policyv1.NewPodDisruptionBudget(ctx, t.child(name, "budget"), &policyv1.PodDisruptionBudgetArgs{
		Metadata: args.metadata(t.object()),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			Selector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(t.selector())},
			MaxUnavailable: pulumi.String("10%"), // at least one: it is rounded up
			// A pod that is not ready serves nobody: it must not keep a node from going.
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
		},
	}, s.in(args)...)
	return err
}

// scale follows the load of the app's own container.
func (s *Service) scale(ctx *pulumi.Context, name string, args Args, t track) error {
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(ctx, name+"-scaling", &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: args.metadata(t.object()),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String("Deployment"), Name: pulumi.String(t.object()),
			},
			MinReplicas: pulumi.Int(args.Replicas.Min), MaxReplicas: pulumi.Int(args.Replicas.Max),
			Metrics: autoscalingv2.MetricSpecArray{autoscalingv2.MetricSpecArgs{
				Type: pulumi.String("ContainerResource"),
				ContainerResource: autoscalingv2.ContainerResourceMetricSourceArgs{
					Container: pulumi.String(appContainer), Name: pulumi.String("cpu"),
					Target: autoscalingv2.MetricTargetArgs{
						Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(busyPercent),
					},
				},
			}},
			Behavior: behavior(),
		},
	}, s.in(args)...)
	return err
}

// behavior doubles the pods every 15 s if it has to, and takes a tenth away a minute once five minutes needed less.
func behavior() autoscalingv2.HorizontalPodAutoscalerBehaviorArgs {
	policy := func(kind string, value, seconds int) autoscalingv2.HPAScalingPolicyArgs {
		return autoscalingv2.HPAScalingPolicyArgs{
			Type: pulumi.String(kind), Value: pulumi.Int(value), PeriodSeconds: pulumi.Int(seconds),
		}
	}
	return autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{
		ScaleUp: autoscalingv2.HPAScalingRulesArgs{
			StabilizationWindowSeconds: pulumi.Int(0), SelectPolicy: pulumi.String("Max"),
			Policies: autoscalingv2.HPAScalingPolicyArray{policy("Percent", 100, 15), policy("Pods", 4, 15)},
		},
		ScaleDown: autoscalingv2.HPAScalingRulesArgs{
			StabilizationWindowSeconds: pulumi.Int(300), SelectPolicy: pulumi.String("Max"),
			Policies: autoscalingv2.HPAScalingPolicyArray{policy("Percent", 10, 60)},
		},
	}
}
