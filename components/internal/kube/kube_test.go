package kube_test

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	networking "istio.io/api/networking/v1alpha3"
	gateway "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/ladder-iac/ladder/components/internal/kube"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// Istio's types are protocol buffers: their fields, enums, durations and numbers are to come out as its API has them.
func TestProtocolBuffers(t *testing.T) {
	t.Parallel()
	rule := record(t, kube.Object{
		APIVersion: "networking.istio.io/v1", Kind: "DestinationRule", Namespace: "shop", Name: "users",
		Spec: &networking.DestinationRule{Host: "users", TrafficPolicy: &networking.TrafficPolicy{
			ConnectionPool: &networking.ConnectionPoolSettings{
				Tcp:  &networking.ConnectionPoolSettings_TCPSettings{ConnectTimeout: durationpb.New(1500 * time.Millisecond)},
				Http: &networking.ConnectionPoolSettings_HTTPSettings{H2UpgradePolicy: networking.ConnectionPoolSettings_HTTPSettings_UPGRADE},
			},
			OutlierDetection: &networking.OutlierDetection{ConsecutiveGatewayErrors: wrapperspb.UInt32(5)},
		}},
	})
	require.Equal(t, map[string]any{"name": "users", "namespace": "shop"}, rule["metadata"], "and no empty labels")
	require.Equal(t, map[string]any{"host": "users", "trafficPolicy": map[string]any{
		"connectionPool": map[string]any{
			"tcp": map[string]any{"connectTimeout": "1.500s"}, "http": map[string]any{"h2UpgradePolicy": "UPGRADE"},
		},
		"outlierDetection": map[string]any{"consecutiveGatewayErrors": 5.0},
	}}, rule["spec"])
}

// What comes from another resource takes the place of what the spec says.
func TestLate(t *testing.T) {
	t.Parallel()
	class := record(t, kube.Object{
		APIVersion: "gateway.networking.k8s.io/v1", Kind: "GatewayClass", Name: "ours",
		Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"c": "d"},
		Spec: gateway.GatewayClassSpec{ControllerName: "soon"},
		Late: map[string]pulumi.Input{"controllerName": pulumi.String("example.com/ours").ToStringOutput()},
	})
	require.Equal(t, map[string]any{"controllerName": "example.com/ours"}, class["spec"])
	require.Equal(t, map[string]any{
		"name": "ours", "labels": map[string]any{"a": "b"}, "annotations": map[string]any{"c": "d"},
	}, class["metadata"])
}

func record(t *testing.T, o kube.Object) map[string]any {
	t.Helper()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		_, err := kube.New(ctx, "object", o)
		return err
	})
	return graphtest.Find(t, g, "object").Inputs
}
