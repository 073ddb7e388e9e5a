package gateway_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

var mistakes = map[string][]struct {
	edit func(*gateway.Args)
	want string
}{
	"Cluster":        {{func(a *gateway.Args) { a.Cluster = nil }, "Cluster: got nothing, want an eks component"}},
	"Mesh":           {{func(a *gateway.Args) { a.Mesh = nil }, "Mesh: got nothing, want a mesh component"}},
	"TargetGroupARN": {{func(a *gateway.Args) { a.TargetGroupARN = nil }, "TargetGroupARN: got nothing"}},
	"Routes": {
		{func(a *gateway.Args) { a.Routes = nil }, "Routes: got 0, want 1 to 16"},
		{
			func(a *gateway.Args) { a.Routes = a.Routes[3:] },
			`Routes: got "none for /.well-known/jwks.json", want one that leads there`,
		},
	},
	"Routes.Prefix": {
		{func(a *gateway.Args) { a.Routes[3].Prefix = "items" }, `Routes[3].Prefix: got "items", want a path`},
		{func(a *gateway.Args) { a.Routes[3].Prefix = "/items/" }, `Routes[3].Prefix: got "/items/"`},
		{func(a *gateway.Args) { a.Routes[3].Prefix = "/api.v1/users" }, `Routes[3].Prefix: got "/api.v1/users", want each prefix once`},
	},
	"Routes.Service": {{func(a *gateway.Args) { a.Routes[3].Service = nil }, "Routes[3].Service: got nothing, want a service component"}},
	"Routes.Timeout": {
		{func(a *gateway.Args) { a.Routes[0].Timeout = time.Hour }, "Routes[0].Timeout: got 1h0m0s, want 1ms to 1m"},
		{func(a *gateway.Args) { a.Routes[0].Timeout = -time.Second }, "Routes[0].Timeout: got -1s"},
		{func(a *gateway.Args) { a.Routes[0].Timeout = 1500 * time.Microsecond }, "Routes[0].Timeout: got 1.5ms, want 1ms to 1m, in whole milliseconds"},
	},
	"Open": {
		{func(a *gateway.Args) { a.Open[1] = "/healthz" }, `Open[1]: got "/healthz", want a method and a path`},
		{func(a *gateway.Args) { a.Open[1] = "GET /a*b" }, `Open[1]: got "GET /a*b"`},
		{func(a *gateway.Args) { a.Open[1] = "BREW /tea" }, `Open[1]: got "BREW /tea"`},
	},
	"Issuer":   {{func(a *gateway.Args) { a.Issuer = "*" }, `Issuer: got "*", want what the tokens say`}},
	"Audience": {{func(a *gateway.Args) { a.Audience = "a b" }, `Audience: got "a b", want what the tokens say`}},
	"Origin":   {{func(a *gateway.Args) { a.Origin = "shop" }, `Origin: got "shop", want https:// and a host name`}},
	"PeakQPS": {
		{func(a *gateway.Args) { a.PeakQPS = 0 }, "PeakQPS: got 0, want 1 to 500000"},
		{func(a *gateway.Args) { a.PeakQPS = 500_001 }, "PeakQPS: got 500001, want 1 to 500000"},
	},
	"Replicas.Min": {
		{func(a *gateway.Args) { a.Replicas.Min = 1 }, "Replicas.Min: got 1, want 2 to 100: one alone is away"},
		{func(a *gateway.Args) { a.Replicas.Min = 101 }, "Replicas.Min: got 101, want 2 to 100"},
	},
	"Replicas.Max": {
		{func(a *gateway.Args) { a.Replicas.Max = 12 }, "Replicas.Max: got 12, want 13 to 100: a pod carries 7999 requests"},
		{func(a *gateway.Args) { a.Replicas.Max = 101 }, "Replicas.Max: got 101, want 13 to 100"},
	},
	"RateLimit": {{
		func(a *gateway.Args) { a.RateLimit = 99_999 },
		"RateLimit: got 99999, want 100000 or more: a rate limit below the phase's QPS",
	}},
}

func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, reflect.TypeFor[gateway.Args]().NumField(), 12)
	fields := 0
	for prefix, part := range map[string]reflect.Type{
		"": reflect.TypeFor[gateway.Args](), "Routes.": reflect.TypeFor[gateway.Route](), "Replicas.": reflect.TypeFor[gateway.Range](),
	} {
		for field := range part.Fields() {
			if prefix+field.Name == "Replicas" {
				continue // its parts are
			}
			require.NotEmpty(t, mistakes[prefix+field.Name], prefix+field.Name)
			fields++
		}
	}
	require.Len(t, mistakes, fields)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, c := range list {
			t.Run(field+" "+c.want, func(t *testing.T) {
				t.Parallel()
				args := typical()
				c.edit(args)
				text := graphtest.Error(t, program(args))
				require.Contains(t, text, c.want)
				require.Equal(t, 1, strings.Count(text, `gateway "gateway-secondary": `), "one mistake, told once:\n%v", text)
			})
		}
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, program(&gateway.Args{}))
	for _, field := range []string{"Cluster", "Mesh", "TargetGroupARN", "Routes", "PeakQPS"} {
		require.Contains(t, text, `gateway "gateway-secondary": `+field+": got ")
	}
}
