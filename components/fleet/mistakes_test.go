package fleet_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	edit func(*fleet.Args)
	want string
}

// mistakes has at least one for every field, by the field's name.
var mistakes = map[string][]mistake{
	"Network": {
		{func(a *fleet.Args) { a.Network = nil }, "Network: got nothing, want a network component"},
		{func(a *fleet.Args) { a.Network = &network.Network{} }, `Network: got "no public subnets", want a network with a zone`},
	},
	"InstanceType": {
		{func(a *fleet.Args) { a.InstanceType = "large" }, `InstanceType: got "large", want an EC2 instance type such as c7g.large`},
		{func(a *fleet.Args) { a.InstanceType = "c7g.metal" }, `InstanceType: got "c7g.metal", want an EC2 instance type`},
		{func(a *fleet.Args) { a.InstanceType = "c7i.large" }, `InstanceType: got "c7i.large (x86_64)", want an instance type for arm64`},
	},
	"Servers": {
		{func(a *fleet.Args) { a.Servers = -1 }, "Servers: got -1, want 1 to 200; more load wants a load balancer"},
		{func(a *fleet.Args) { a.Servers = 201 }, "Servers: got 201, want 1 to 200"},
	},
	"Domain": {
		{func(a *fleet.Args) { a.Domain = "shop" }, `Domain: got "shop", want a full name in lower case`},
		{func(a *fleet.Args) { a.Domain = "Shop.example.com" }, `Domain: got "Shop.example.com", want a full name`},
	},
	"Key":      {{func(a *fleet.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"TokenKey": {{func(a *fleet.Args) { a.TokenKey = nil }, "TokenKey: got nothing, want a tokenkey component"}},
	"Release":  {{func(a *fleet.Args) { a.Release = nil }, "Release: got nothing, want a release component with the app"}},
	"Topology": {{func(a *fleet.Args) { a.Topology = nil }, "Topology: got nothing, want a topology component"}},
	"Phase": {
		{func(a *fleet.Args) { a.Phase = 0 }, "Phase: got 0, want the number of the phase"},
		{func(a *fleet.Args) { a.Phase = 10 }, "Phase: got 10, want the number of the phase"},
	},
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[fleet.Args]()
	require.LessOrEqual(t, fields.NumField(), 12)
	require.Len(t, mistakes, fields.NumField())
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], "%s: what is a bad value?", field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, m := range list {
			t.Run(field+" "+m.want, func(t *testing.T) {
				t.Parallel()
				_, err := graph.Record(program(t, map[string]state{"it": with(m.edit)}), in("it"))
				require.ErrorContains(t, err, m.want)
				require.Equal(t, 1, strings.Count(err.Error(), `fleet "app": `), "one mistake, told once:\n%v", err)
			})
		}
	}
}

func TestMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	told := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := fleet.New(ctx, "app", nil)
		return err
	})
	for _, field := range []string{"Network", "Key", "TokenKey", "Release", "Topology", "Phase"} {
		require.Contains(t, told, `fleet "app": `+field+": got ")
	}
	for _, field := range []string{"InstanceType", "Servers", "Domain"} {
		require.NotContains(t, told, field+": got", "it has a default, or may be left out")
	}
}
