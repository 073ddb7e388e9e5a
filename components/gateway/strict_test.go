package gateway_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	networking "istio.io/api/networking/v1alpha3"
	security "istio.io/api/security/v1beta1"
	apps "k8s.io/api/apps/v1"
	scaling "k8s.io/api/autoscaling/v2"
	policy "k8s.io/api/policy/v1"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// specs are the Go types that the objects' specs must fit, to the last field.
var specs = map[string]reflect.Type{
	"kubernetes:gateway.networking.k8s.io/v1:Gateway":       reflect.TypeFor[api.GatewaySpec](),
	"kubernetes:gateway.networking.k8s.io/v1:HTTPRoute":     reflect.TypeFor[api.HTTPRouteSpec](),
	"kubernetes:networking.istio.io/v1:DestinationRule":     reflect.TypeFor[networking.DestinationRule](),
	"kubernetes:networking.istio.io/v1alpha3:EnvoyFilter":   reflect.TypeFor[networking.EnvoyFilter](),
	"kubernetes:security.istio.io/v1:AuthorizationPolicy":   reflect.TypeFor[security.AuthorizationPolicy](),
	"kubernetes:security.istio.io/v1:RequestAuthentication": reflect.TypeFor[security.RequestAuthentication](),
	"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding":    nil, // its types are not ours: the golden holds it
	"kubernetes:core/v1:Namespace":                          nil,
	"kubernetes:core/v1:ConfigMap":                          nil,
}

func TestSpecsFitTheirTypes(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	seen := map[string]bool{}
	for _, r := range g.Resources {
		if r.Parent == "" {
			continue
		}
		into, known := specs[r.Type]
		require.True(t, known, r.Type)
		seen[r.Type] = true
		if into == nil {
			continue
		}
		text, err := json.Marshal(r.Inputs["spec"])
		require.NoError(t, err)
		strictly(t, r.Name, text, reflect.New(into).Interface())
	}
	require.Len(t, seen, len(specs))
}

// What istiod merges into its objects fits those, and deletes nothing of them.
func TestPodSettingsFitTheirTypes(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	data := graphtest.Find(t, g, "gateway-secondary-pods").Inputs["data"].(map[string]any)
	kinds := map[string]any{
		"deployment": &apps.Deployment{}, "horizontalPodAutoscaler": &scaling.HorizontalPodAutoscaler{},
		"podDisruptionBudget": &policy.PodDisruptionBudget{},
	}
	require.Len(t, data, len(kinds))
	for kind, into := range kinds {
		text := data[kind].(string)
		strictly(t, kind, []byte(text), into)
		require.NotContains(t, text, "null", "it would delete")
		require.NotContains(t, text, `"selector":{}`)
		require.NotContains(t, text, `"replicas"`, "they are the autoscaler's")
	}
}

func strictly(t *testing.T, name string, text []byte, into any) {
	t.Helper()
	if message, is := into.(proto.Message); is {
		require.NoError(t, protojson.Unmarshal(text, message), name)
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(into), name)
}
