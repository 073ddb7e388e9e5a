package service_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// good arguments of the service of items, the one that has almost everything.
func good() service.Args {
	return service.Args{
		Namespace: &namespace.Namespace{Name: "app"}, Role: service.Data, Image: imageOf("a"), Key: aKey, Topology: aStore,
		Events: &events.Events{}, Peers: []*service.Service{{Role: service.User, Namespace: "app", Name: "user-service"}},
		Phase: 4,
	}
}

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	edit func(*service.Args)
	want string
}

// asUser makes them arguments of the users' service.
func asUser(a *service.Args) { a.Role, a.TokenKey, a.Peers = service.User, aToken, nil }

func asWeb(a *service.Args) {
	a.Role, a.Key, a.Topology, a.Events, a.Peers = service.Web, nil, nil, nil, peers("app")
}

// mistakes has at least one for every field, by the field's name.
var mistakes = map[string][]mistake{
	"Namespace": {{func(a *service.Args) { a.Namespace = nil }, "Namespace: got nothing, want a namespace component"}},
	"Role": {
		{func(a *service.Args) { a.Role = "" }, `Role: got "", want one of data, user, web`},
		{func(a *service.Args) { a.Role = "all" }, `Role: got "all", want one of data, user, web`},
	},
	"Image": {
		{func(a *service.Args) { a.Image = service.Image{} }, "Image.URI: got nothing, want the address of a repository"},
		{func(a *service.Args) { a.Image.Digest = "" }, `Image.Digest: got "", want sha256: and 64 hexadecimal digits`},
		{func(a *service.Args) { a.Image.Digest = "latest" }, `Image.Digest: got "latest", want sha256:`},
	},
	"Canary": {
		{func(a *service.Args) { a.Canary = &service.Canary{} }, `Canary.Image.Digest: got "", want sha256:`},
		{func(a *service.Args) { a.Canary = &service.Canary{} }, "Canary.Image.URI: got nothing, want the address of a repository"},
		{func(a *service.Args) { a.Canary = &service.Canary{Image: imageOf("b"), Weight: 101} }, "Canary.Weight: got 101, want 0 to 100"},
		{func(a *service.Args) { a.Canary = &service.Canary{Image: imageOf("b"), Weight: -1} }, "Canary.Weight: got -1, want 0 to 100"},
		{func(a *service.Args) { a.Canary = &service.Canary{Image: imageOf("a"), Weight: 5} }, "want another image than Image has"},
	},
	"Key": {{func(a *service.Args) { a.Key = nil }, "Key: got nothing, want the key component"}},
	"Topology": {
		{func(a *service.Args) { a.Topology = nil }, "Topology: got nothing, want a topology component"},
		{func(a *service.Args) { asWeb(a); a.Topology = aStore }, "Topology: got \"a component\", want nothing for the role web"},
	},
	"TokenKey": {
		{func(a *service.Args) { asUser(a); a.TokenKey = nil }, "TokenKey: got nothing, want the tokenkey component"},
		{func(a *service.Args) { a.TokenKey = aToken }, "TokenKey: got \"a component\", want nothing for the role data"},
	},
	"Events": {
		{func(a *service.Args) { a.Events = nil }, "Events: got nothing, want an events component: the role data needs it"},
		{func(a *service.Args) { asWeb(a); a.Events = &events.Events{} }, "Events: got \"a component\", want nothing for the role web"},
	},
	"Peers": {
		{func(a *service.Args) { a.Peers = nil }, `Peers: got "no service of the role user", want one: the role data calls it`},
		{func(a *service.Args) { a.Peers = []*service.Service{nil} }, "Peers[0]: got nothing, want a service component"},
		{func(a *service.Args) { asUser(a); a.Peers = peers("app") }, "Peers[0]: got \"\", want none of it for the role user"},
		{func(a *service.Args) { a.Peers = append(a.Peers, a.Peers[0]) }, `Peers[1]: got "user-service", want each service once`},
		{func(a *service.Args) { a.Peers = peers("other")[:1] }, `Peers[0]: got "other", want a service of the same namespace`},
	},
	"Replicas": {
		{func(a *service.Args) { a.Replicas.Min = 1 }, "Replicas.Min: got 1, want 2 to 360: one pod alone is no service"},
		{func(a *service.Args) { a.Replicas = service.Range{Min: 4, Max: 3} }, "Replicas.Max: got 3, want Min, which is 4, to 360"},
		{func(a *service.Args) { a.Replicas = service.Range{Min: 4, Max: 401} }, "Replicas.Max: got 401, want Min"},
	},
	"CPU": {
		{func(a *service.Args) { a.CPU = 49 }, "CPU: got 49, want 50 to 8000 thousandths"},
		{func(a *service.Args) { a.CPU = 8001 }, "CPU: got 8001, want 50 to 8000"},
	},
	"Phase": {
		{func(a *service.Args) { a.Phase = 0 }, "Phase: got 0, want the number of the phase"},
		{func(a *service.Args) { a.Phase = 10 }, "Phase: got 10, want the number of the phase"},
	},
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[service.Args]()
	exported := 0
	for field := range fields.Fields() {
		if field.IsExported() {
			exported++
			require.NotEmpty(t, mistakes[field.Name], "%s: what is a bad value?", field.Name)
		}
	}
	require.LessOrEqual(t, exported, 12)
	require.Len(t, mistakes, exported)
	var told []string
	for _, m := range slices.Concat(slices.Collect(maps.Values(mistakes))...) {
		told = append(told, m.want)
	}
	require.Empty(t, graphtest.Untold(fields, told), "what are bad values?")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, m := range list {
			t.Run(field, func(t *testing.T) {
				t.Parallel()
				args := good()
				m.edit(&args)
				g, err := record("x", &args)
				require.ErrorContains(t, err, `service "x": `)
				require.ErrorContains(t, err, m.want)
				require.Nil(t, g)
			})
		}
	}
}

func record(name string, args *service.Args) (*graph.Graph, error) {
	return graph.Record(func(ctx *pulumi.Context) error {
		_, err := service.New(ctx, name, args)
		return err
	}, graphtest.Run())
}

func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := record("X", &service.Args{Role: service.User, Replicas: service.Range{Min: 1}})
	for _, want := range []string{"name", "Namespace", "Image.Digest", "Topology", "Key", "TokenKey", "Events", "Replicas.Min", "Phase"} {
		require.ErrorContains(t, err, want+": got ")
	}
}

// A tag beside the digest's place is found when the URI is known.
func TestImageIsWhatItSays(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, program(func(a *service.Args) { a.Image.URI = pulumi.String(repository + ":latest") }))
	require.Contains(t, text, `got "`+repository+`:latest", want a repository's address and @sha256:`)
}
