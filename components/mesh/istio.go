package mesh

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/kube"
	"github.com/ladder-iac/ladder/internal/traffic"
)

const (
	charts = "https://istio-release.storage.googleapis.com/charts"

	installSeconds = 900 // in which the first nodes come, too

	// DrainSeconds are for requests in flight when a gateway's pod goes. The balancer needs as long to let go of it.
	DrainSeconds = 60

	ztunnelSeconds = 60e-6 // of a processor for one side of a call  [app.md B3; to be measured]
)

type object = map[string]any

// istio installs the charts, each after the one before, and returns the last.
func (m *Mesh) istio(
	ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	before, err := m.define(ctx, name, opts...)
	if err != nil {
		return nil, err
	}
	system, err := corev1.NewNamespace(ctx, name+"-namespace", &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(namespace),
			// The node agent and ztunnel enter the pods' networks.
			Labels: pulumi.StringMap{"pod-security.kubernetes.io/enforce": pulumi.String("privileged")},
		},
	}, opts...)
	if err != nil {
		return nil, err
	}
	before = append(before, system)
	for _, chart := range []struct {
		name, release string // as Istio's documentation calls the release, so that its instructions fit
		values        object
	}{
		{"base", "istio-base", object{"defaultRevision": "default"}},
		{"istiod", "istiod", istiodValues()},
		{"cni", "istio-cni", cniValues()},
		{"ztunnel", "ztunnel", ztunnelValues(args.NodeVCPUs)},
	} {
		release, err := kube.Install(ctx, name+"-"+chart.name, kube.Chart{
			Repository: charts, Name: chart.name, Version: args.Version, Release: chart.release, Namespace: namespace,
			Values: chart.values, Seconds: installSeconds,
		}, slices.Concat(opts, []pulumi.ResourceOption{pulumi.DependsOn(before)})...)
		if err != nil {
			return nil, err
		}
		before = []pulumi.Resource{release}
	}
	return before[0], nil
}

// istiodValues are for the control plane. Pods keep their connections and certificates when it is away, for a day.
func istiodValues() object {
	return object{
		"profile":      "ambient",
		"autoscaleMin": 2, "autoscaleMax": 5, // and a PodDisruptionBudget of one
		"resources": resources("500m", "2Gi", "4Gi"),
		"topologySpreadConstraints": []any{object{
			"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
			"minDomains":    2, // new nodes wait for it: it must outlive the first one's zone
			"labelSelector": object{"matchLabels": object{"app": "istiod"}},
		}},
		// It takes StartupTaint off nodes whose agent is ready, and tolerates it: else the first node waits for itself.
		"taint": object{"enabled": true}, "tolerations": []any{object{"key": StartupTaint, "operator": "Exists"}},
		// A new key of the user service is known a minute later. The last known keys stay for a week without the service.
		"env":    object{"PILOT_JWT_PUB_KEY_REFRESH_INTERVAL": "1m"},
		"global": object{"priorityClassName": "system-cluster-critical"},
		"meshConfig": object{
			// Only the gateway looks into requests. It repeats what no service has seen, whatever the method; what a
			// service sheds is not repeated. HTTPRoutes of the standard channel say nothing of retries.
			"defaultHttpRetryPolicy": object{"attempts": 2, "retryOn": "connect-failure,refused-stream,reset-before-request"},
			"defaultConfig": object{
				"terminationDrainDuration": fmt.Sprintf("%ds", DrainSeconds),
				"gatewayTopology":          object{"numTrustedProxies": 1}, // the balancer says who asks, and whether by HTTPS
			},
		},
	}
}

func cniValues() object {
	return object{"profile": "ambient", "resources": resources("100m", "128Mi", "256Mi")}
}

// ztunnelValues give a node's proxy what the calls of a busy node need. It has no limit of processors: with one, all
// pods of the node would wait for it.
func ztunnelValues(nodeVCPUs int) object {
	milli := float64(nodeVCPUs) * traffic.RequestsPerVCPU * ztunnelSeconds / traffic.BusyShare * 1000
	return object{
		"resources": resources(fmt.Sprintf("%.0fm", milli), "512Mi", "1Gi"),
		"logLevel":  "warn", // at info it writes a line for each connection
	}
}

func resources(cpu, memory, memoryLimit string) object {
	return object{"requests": object{"cpu": cpu, "memory": memory}, "limits": object{"memory": memoryLimit}}
}
