package gateway

import (
	"encoding/json"

	apps "k8s.io/api/apps/v1"
	scaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ladder-iac/ladder/components/mesh"
)

// pods are what istiod merges into the objects that it makes for the gateway, by the names that it has for them
// [istio.io, Kubernetes Gateway API, Automated Deployment, Customization].
func (a *Args) pods() (map[string]string, error) {
	data := map[string]string{}
	for kind, spec := range map[string]any{
		"deployment":              deployment(),
		"horizontalPodAutoscaler": a.autoscaler(),
		"podDisruptionBudget":     disruptionBudget(),
	} {
		text, err := sparse(map[string]any{"spec": spec})
		if err != nil {
			return nil, err
		}
		data[kind] = text
	}
	return data, nil
}

func deployment() apps.DeploymentSpec {
	grace := int64(mesh.DrainSeconds + 30)
	none, quarter := intstr.FromInt32(0), intstr.FromString("25%")
	return apps.DeploymentSpec{
		Strategy: apps.DeploymentStrategy{
			Type:          apps.RollingUpdateDeploymentStrategyType,
			RollingUpdate: &apps.RollingUpdateDeployment{MaxUnavailable: &none, MaxSurge: &quarter},
		},
		Template: core.PodTemplateSpec{Spec: core.PodSpec{
			TerminationGracePeriodSeconds: &grace,
			SecurityContext: &core.PodSecurityContext{
				SeccompProfile: &core.SeccompProfile{Type: core.SeccompProfileTypeRuntimeDefault},
			},
			TopologySpreadConstraints: []core.TopologySpreadConstraint{
				spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname"),
			},
			// Envoy has as many threads as the limit has processors.
			Containers: []core.Container{{Name: "istio-proxy", Resources: core.ResourceRequirements{
				Requests: quantities(podMemory), Limits: quantities(podMemoryLimit),
			}}},
		}},
	}
}

func quantities(memory string) core.ResourceList {
	return core.ResourceList{
		core.ResourceCPU:    *resource.NewQuantity(podVCPUs, resource.DecimalSI),
		core.ResourceMemory: resource.MustParse(memory),
	}
}

// spread keeps pods apart, and yet lets those of a lost zone come in the others.
func spread(key string) core.TopologySpreadConstraint {
	return core.TopologySpreadConstraint{
		TopologyKey: key, MaxSkew: 1, WhenUnsatisfiable: core.ScheduleAnyway,
		LabelSelector: &meta.LabelSelector{MatchLabels: selector()}, MatchLabelKeys: []string{"pod-template-hash"},
	}
}

// selector finds the gateway's pods.
func selector() map[string]string {
	return map[string]string{"gateway.networking.k8s.io/gateway-name": inCluster}
}

func (a *Args) autoscaler() scaling.HorizontalPodAutoscalerSpec {
	least, busy := int32(a.Replicas.Min), int32(busyPercent) //nolint:gosec // 2 to 100
	return scaling.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: scaling.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: workload},
		MinReplicas:    &least, MaxReplicas: int32(a.Replicas.Max), //nolint:gosec // 2 to 100
		Metrics: []scaling.MetricSpec{{
			Type: scaling.ResourceMetricSourceType,
			Resource: &scaling.ResourceMetricSource{
				Name:   core.ResourceCPU,
				Target: scaling.MetricTarget{Type: scaling.UtilizationMetricType, AverageUtilization: &busy},
			},
		}},
	}
}

func disruptionBudget() policy.PodDisruptionBudgetSpec {
	tenth := intstr.FromString("10%") // at least one: it is rounded up
	evict := policy.AlwaysAllow       // a pod that is not ready must not keep a node from going
	return policy.PodDisruptionBudgetSpec{MaxUnavailable: &tenth, UnhealthyPodEvictionPolicy: &evict}
}

// sparse writes an object without what the API's types write although it is not set: merged, it would delete.
func sparse(object any) (string, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return "", err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", err
	}
	prune(fields)
	text, err = json.Marshal(fields)
	return string(text), err
}

func prune(value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			prune(element)
		}
	case map[string]any:
		for key, field := range value {
			prune(field)
			if empty, is := field.(map[string]any); field == nil || is && len(empty) == 0 {
				delete(value, key)
			}
		}
	}
}
