package gateway

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	networking "istio.io/api/networking/v1alpha3"
	gateway "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/ladder-iac/ladder/components/internal/kube"
	"github.com/ladder-iac/ladder/components/service"
)

// routes lead to the services, once these and the gateway are there.
func (b *builder) routes(entry pulumi.Resource) []pulumi.Resource {
	var made []pulumi.Resource
	called := map[string]bool{}
	for _, r := range b.args.Routes {
		after := []pulumi.Resource{entry}
		after = append(after, r.Service.Ready...)
		for _, backend := range r.Service.Backends {
			if !called[r.Service.Namespace+"/"+backend.Name] {
				called[r.Service.Namespace+"/"+backend.Name] = true
				after = append(after, b.calls(r.Service, backend, entry))
			}
		}
		made = append(made, b.object("route-"+r.slug(), kube.Object{
			APIVersion: gatewayAPI, Kind: "HTTPRoute", Namespace: r.Service.Namespace, Name: inCluster + "-" + r.slug(),
			Spec: r.spec(),
		}, after...))
	}
	return append(made, b.filters(entry)...)
}

func (r Route) spec() gateway.HTTPRouteSpec {
	prefix, namespace := gateway.PathMatchPathPrefix, gateway.Namespace(inCluster)
	timeout := milliseconds(r.Timeout)
	var backends []gateway.HTTPBackendRef
	for _, b := range r.Service.Backends {
		port, weight := gateway.PortNumber(service.Port), int32(b.Weight) //nolint:gosec // 0 to 100
		backends = append(backends, gateway.HTTPBackendRef{BackendRef: gateway.BackendRef{
			BackendObjectReference: gateway.BackendObjectReference{Name: gateway.ObjectName(b.Name), Port: &port},
			Weight:                 &weight,
		}})
	}
	return gateway.HTTPRouteSpec{
		CommonRouteSpec: gateway.CommonRouteSpec{
			ParentRefs: []gateway.ParentReference{{Namespace: &namespace, Name: inCluster}},
		},
		Rules: []gateway.HTTPRouteRule{{
			Matches:     []gateway.HTTPRouteMatch{{Path: &gateway.HTTPPathMatch{Type: &prefix, Value: &r.Prefix}}},
			BackendRefs: backends,
			Timeouts:    &gateway.HTTPRouteTimeouts{Request: &timeout},
		}},
	}
}

// milliseconds is a duration as the Gateway API writes it: at most five digits for each unit.
func milliseconds(d time.Duration) gateway.Duration {
	if d%time.Second == 0 {
		return gateway.Duration(fmt.Sprintf("%ds", d/time.Second))
	}
	return gateway.Duration(fmt.Sprintf("%dms", d/time.Millisecond))
}

// calls says how the gateway calls a Kubernetes service. The rule lies beside the gateway, so that it is for its calls
// alone.
func (b *builder) calls(s *service.Service, backend service.Backend, entry pulumi.Resource) pulumi.Resource {
	return b.object("calls-"+backend.Name, kube.Object{
		APIVersion: networkingAPI, Kind: "DestinationRule", Namespace: inCluster, Name: backend.Name,
		Spec: &networking.DestinationRule{
			Host: fmt.Sprintf("%s.%s.svc.cluster.local", backend.Name, s.Namespace),
			TrafficPolicy: &networking.TrafficPolicy{
				ConnectionPool: &networking.ConnectionPoolSettings{
					Tcp: &networking.ConnectionPoolSettings_TCPSettings{ConnectTimeout: durationpb.New(time.Second)},
				},
				// Answers do not count, whatever their code: a pod that sheds load would be left out, and the others get
				// its load on top.
				OutlierDetection: &networking.OutlierDetection{
					SplitExternalLocalOriginErrors: true,
					ConsecutiveLocalOriginFailures: wrapperspb.UInt32(5),
					ConsecutiveGatewayErrors:       wrapperspb.UInt32(0),
					Consecutive_5XxErrors:          wrapperspb.UInt32(0),
					Interval:                       durationpb.New(5 * time.Second),
					BaseEjectionTime:               durationpb.New(15 * time.Second),
					MaxEjectionPercent:             30,
				},
				RetryBudget: &networking.TrafficPolicy_RetryBudget{
					Percent: wrapperspb.Double(20), MinRetryConcurrency: 3, // of the requests under way
				},
			},
		},
	}, entry)
}
