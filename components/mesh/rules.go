package mesh

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/protobuf/types/known/wrapperspb"
	security "istio.io/api/security/v1beta1"
	telemetry "istio.io/api/telemetry/v1alpha1"

	"github.com/ladder-iac/ladder/components/internal/kube"
)

// tracedPercent of the requests: 100 a second at 100K a second.
const tracedPercent = 0.1

// rules hold for the whole mesh, because they are in its root namespace and name no workload.
func (m *Mesh) rules(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, rule := range []struct {
		part string
		kube.Object
	}{
		{"mutual-tls", kube.Object{
			APIVersion: securityAPI, Kind: "PeerAuthentication", Name: "default",
			Spec: &security.PeerAuthentication{
				Mtls: &security.PeerAuthentication_MutualTLS{Mode: security.PeerAuthentication_MutualTLS_STRICT},
			},
		}},
		{"nobody", kube.Object{ // allows what its rules name, and names nothing
			APIVersion: securityAPI, Kind: "AuthorizationPolicy", Name: "nobody", Spec: &security.AuthorizationPolicy{},
		}},
		{"telemetry", kube.Object{
			APIVersion: "telemetry.istio.io/v1", Kind: "Telemetry", Name: "default", Spec: watched(),
		}},
	} {
		rule.Namespace = namespace
		object, err := kube.New(ctx, name+"-"+rule.part, rule.Object, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, object)
	}
	return made, nil
}

// watched logs requests that failed. A line for each request on three hops would be 45.6 TB a month, for 24,173 USD
// [cost.md 5].
func watched() *telemetry.Telemetry {
	return &telemetry.Telemetry{
		AccessLogging: []*telemetry.AccessLogging{{
			Providers: []*telemetry.ProviderRef{{Name: "envoy"}},
			Filter:    &telemetry.AccessLogging_Filter{Expression: "response.code >= 500"},
		}},
		Tracing: []*telemetry.Tracing{{RandomSamplingPercentage: wrapperspb.Double(tracedPercent)}},
	}
}
