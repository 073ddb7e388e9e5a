package gateway_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// Without a token one gets to what is open and to the keys, and with one anywhere.
func TestWhoGetsIn(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	text, err := json.Marshal(graphtest.Find(t, g, "gateway-secondary-callers").Inputs["spec"])
	require.NoError(t, err)
	require.JSONEq(t, `{
		"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gateway"}],
		"rules": [
			{"to": [
				{"operation": {"methods": ["POST"], "paths": ["/api/v1/users"]}},
				{"operation": {"methods": ["POST"], "paths": ["/api/v1/sessions"]}},
				{"operation": {"methods": ["GET"], "paths": ["/.well-known/jwks.json"]}}]},
			{"from": [{"source": {"requestPrincipals": ["ladder/*"]}}]}
		]}`, string(text))
}

// The services verify the token again, so that it goes on to them; and it is read from no address, which are logged.
func TestTokens(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	text, err := json.Marshal(graphtest.Find(t, g, "gateway-secondary-tokens").Inputs["spec"])
	require.NoError(t, err)
	require.JSONEq(t, `{
		"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "gateway"}],
		"jwtRules": [{
			"issuer": "ladder", "audiences": ["ladder"],
			"jwksUri": "http://gateway-istio.gateway.svc.cluster.local:8080/.well-known/jwks.json",
			"fromHeaders": [{"name": "Authorization", "prefix": "Bearer "}], "forwardOriginalToken": true
		}]}`, string(text))
}

// A refused request gets the app's own form: 401, as the contract has it, where Envoy would say 403.
func TestAnswers(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(typical()))
	spec := graphtest.Find(t, g, "gateway-secondary-answers").Inputs["spec"]
	text, err := json.Marshal(spec)
	require.NoError(t, err)
	var filter struct {
		ConfigPatches []struct {
			Patch struct {
				Operation string
				Value     struct {
					Config struct {
						Replies struct {
							Mappers []struct {
								Filter struct {
									Status struct {
										Comparison struct {
											Value struct {
												Default int `json:"default_value"`
											}
										}
									} `json:"status_code_filter"`
								}
								Status  int                                            `json:"status_code"`
								Headers []struct{ Header struct{ Key, Value string } } `json:"headers_to_add"`
							}
						} `json:"local_reply_config"`
					} `json:"typed_config"`
				}
			}
		} `json:"configPatches"`
	}
	require.NoError(t, json.Unmarshal(text, &filter))
	patch := filter.ConfigPatches[0].Patch
	require.Equal(t, "MERGE", patch.Operation)
	became := map[int]int{}
	for _, m := range patch.Value.Config.Replies.Mappers {
		became[m.Filter.Status.Comparison.Value.Default] = m.Status
		switch m.Status {
		case 401:
			require.Equal(t, "WWW-Authenticate", m.Headers[0].Header.Key)
		case 503:
			require.Equal(t, "Retry-After", m.Headers[0].Header.Key)
		}
	}
	require.Equal(t, map[int]int{401: 401, 403: 401, 404: 404, 503: 503, 504: 503}, became)
}
