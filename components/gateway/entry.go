package gateway

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/ladder-iac/ladder/components/internal/kube"
)

// listener is the name of the one port.
const listener = "http"

// entry makes the gateway's namespace and pods. It is after the mesh, without which nobody would know of it, and before
// it in a destroy.
func (b *builder) entry() pulumi.Resource {
	namespace := b.namespace()
	pods, settings := b.settings(namespace)
	return b.object("entry", kube.Object{
		APIVersion: gatewayAPI, Kind: "Gateway", Namespace: inCluster, Name: inCluster,
		// The balancer is the stack's: istiod would have the cluster make one.
		Annotations: map[string]string{"networking.istio.io/service-type": "ClusterIP"},
		Spec: gateway.GatewaySpec{
			GatewayClassName: class,
			Listeners: []gateway.Listener{{
				Name: listener, Port: Port, Protocol: gateway.HTTPProtocolType,
				AllowedRoutes: &gateway.AllowedRoutes{Namespaces: b.args.namespaces()},
			}},
			Infrastructure: &gateway.GatewayInfrastructure{
				ParametersRef: &gateway.LocalParametersReference{Kind: "ConfigMap", Name: pods},
			},
		},
	}, settings)
}

// namespace holds pods until the balancer finds them well, so that a renewal goes no faster than that.
func (b *builder) namespace() pulumi.Resource {
	if b.err != nil {
		return nil
	}
	var made pulumi.Resource
	made, b.err = corev1.NewNamespace(b.ctx, b.name+"-namespace", &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(inCluster), Labels: pulumi.ToStringMap(map[string]string{
			"eks.amazonaws.com/pod-readiness-gate-inject": "enabled",
			"pod-security.kubernetes.io/enforce":          "baseline",
		})},
	}, b.options(b.args.Mesh.Ready)...)
	return made
}

// settings are for the pods. Their name holds a sum of them: a change is another object, and there is always one.
func (b *builder) settings(namespace pulumi.Resource) (name string, made pulumi.Resource) {
	data, err := b.args.pods()
	if b.err != nil || err != nil {
		b.err = err
		return "", nil
	}
	text, err := json.Marshal(data)
	if err != nil {
		b.err = err
		return "", nil
	}
	name = fmt.Sprintf("%s-pods-%.4x", inCluster, sha256.Sum256(text))
	made, b.err = corev1.NewConfigMap(b.ctx, b.name+"-pods", &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(inCluster)},
		Data:     pulumi.ToStringMap(data),
	}, b.options([]pulumi.Resource{namespace})...)
	return name, made
}

// namespaces are those of the services, whose routes the gateway takes.
func (a *Args) namespaces() *gateway.RouteNamespaces {
	var names []string
	for _, r := range a.Routes {
		names = append(names, r.Service.Namespace)
	}
	slices.Sort(names)
	from := gateway.NamespacesFromSelector
	return &gateway.RouteNamespaces{From: &from, Selector: &meta.LabelSelector{
		MatchExpressions: []meta.LabelSelectorRequirement{{
			Key: "kubernetes.io/metadata.name", Operator: meta.LabelSelectorOpIn, Values: slices.Compact(names),
		}},
	}}
}

// targetGroupBindingSpec is the part of eks.amazonaws.com/v1 TargetGroupBinding that we use. Its Go types are those of
// the whole controller of load balancers.
type targetGroupBindingSpec struct {
	TargetGroupARN string           `json:"targetGroupARN"`
	TargetType     string           `json:"targetType"` // "ip" or "instance"
	ServiceRef     serviceReference `json:"serviceRef"`
}

type serviceReference struct {
	Name string `json:"name"`
	Port int    `json:"port"`
}

// bind puts the pods into the balancer's target group, which from then on holds nothing else. It says nothing of
// networking: the balancer's rules are Pulumi's, and the cluster would fight with them.
func (b *builder) bind(after []pulumi.Resource) {
	b.object("targets", kube.Object{
		APIVersion: "eks.amazonaws.com/v1", Kind: "TargetGroupBinding", Namespace: inCluster, Name: inCluster,
		Spec: targetGroupBindingSpec{TargetType: "ip", ServiceRef: serviceReference{Name: workload, Port: Port}},
		Late: map[string]pulumi.Input{"targetGroupARN": b.args.TargetGroupARN},
	}, after...)
}
