package gateway

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	networking "istio.io/api/networking/v1alpha3"

	"github.com/ladder-iac/ladder/components/internal/kube"
)

// managerFilter is Envoy's filter for HTTP connections.
const managerFilter = "envoy.filters.network.http_connection_manager"

// filter is one of Envoy's, as its API writes it. Its Go types are those of the whole control plane.
type filter struct {
	Name   string `json:"name"`
	Config any    `json:"typed_config"`
}

// filters are what the Gateway API has no words for.
func (b *builder) filters(entry pulumi.Resource) []pulumi.Resource {
	made := []pulumi.Resource{
		b.patch("limit", networking.EnvoyFilter_HTTP_FILTER, networking.EnvoyFilter_Patch_INSERT_FIRST,
			b.args.limit(), entry),
		b.patch("answers", networking.EnvoyFilter_NETWORK_FILTER, networking.EnvoyFilter_Patch_MERGE,
			answers(b.args.Origin), entry),
	}
	return made
}

func (b *builder) patch(
	part string, to networking.EnvoyFilter_ApplyTo, how networking.EnvoyFilter_Patch_Operation, what filter,
	entry pulumi.Resource,
) pulumi.Resource {
	value := &structpb.Struct{}
	text, err := json.Marshal(what)
	if err == nil {
		err = protojson.Unmarshal(text, value)
	}
	if err != nil {
		b.err = err
		return nil
	}
	return b.object(part, kube.Object{
		APIVersion: "networking.istio.io/v1alpha3", Kind: "EnvoyFilter", Namespace: inCluster, Name: part,
		Spec: &networking.EnvoyFilter{
			WorkloadSelector: &networking.WorkloadSelector{Labels: selector()},
			ConfigPatches: []*networking.EnvoyFilter_EnvoyConfigObjectPatch{{
				ApplyTo: to,
				Match: &networking.EnvoyFilter_EnvoyConfigObjectMatch{
					Context: networking.EnvoyFilter_GATEWAY,
					ObjectTypes: &networking.EnvoyFilter_EnvoyConfigObjectMatch_Listener{
						Listener: &networking.EnvoyFilter_ListenerMatch{
							FilterChain: &networking.EnvoyFilter_ListenerMatch_FilterChainMatch{
								Filter: &networking.EnvoyFilter_ListenerMatch_FilterMatch{Name: managerFilter},
							},
						},
					},
				},
				Patch: &networking.EnvoyFilter_Patch{Operation: how, Value: value},
			}},
		},
	}, entry)
}

type (
	localRateLimit struct {
		Type       string       `json:"@type"`
		StatPrefix string       `json:"stat_prefix"`
		Status     httpStatus   `json:"status"`
		Bucket     tokenBucket  `json:"token_bucket"`
		Enabled    runtimeShare `json:"filter_enabled"`
		Enforced   runtimeShare `json:"filter_enforced"`
	}
	httpStatus struct {
		Code string `json:"code"`
	}
	tokenBucket struct {
		Max      int    `json:"max_tokens"`
		Fill     int    `json:"tokens_per_fill"`
		Interval string `json:"fill_interval"`
	}
	runtimeShare struct {
		Key     string `json:"runtime_key"`
		Default share  `json:"default_value"`
	}
	share struct {
		Numerator   int    `json:"numerator"`
		Denominator string `json:"denominator"`
	}
)

// limit is what a pod lets in. It comes before all else: a token costs more to verify than a request to turn away.
func (a *Args) limit() filter {
	always := func(key string) runtimeShare { return runtimeShare{key, share{100, "HUNDRED"}} }
	return filter{"envoy.filters.http.local_ratelimit", localRateLimit{
		Type:       "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
		StatPrefix: "gateway",
		Status:     httpStatus{"ServiceUnavailable"}, // it is our limit, not the caller's
		Bucket:     tokenBucket{Max: 2 * a.perPod(), Fill: (a.perPod() + 9) / 10, Interval: "0.1s"},
		Enabled:    always("gateway_limit_enabled"), Enforced: always("gateway_limit_enforced"),
	}}
}
