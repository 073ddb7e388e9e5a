package peering_test

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/peering"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistakes are bad values of each field of a side, with what the user is told.
var mistakes = map[string][]struct {
	edit func(*peering.Args)
	want string
}{
	"Network": {
		{func(a *peering.Args) { a.Home.Network = nil }, "Home.Network: got nothing, want a network component"},
		{func(a *peering.Args) { a.Secondary.Network = nil }, "Secondary.Network: got nothing, want a network component"},
		{
			func(a *peering.Args) { a.Home.Network.App = nil },
			`Home.Network: got "0 app and 2 data subnets", want a network with both tiers`,
		},
		{
			func(a *peering.Args) { a.Secondary.Network = &network.Network{Region: "us-west-2"} },
			`Secondary.Network: got "", want a network with its range`,
		},
		{
			func(a *peering.Args) { a.Secondary.Network.CIDR = "10.0.128.0/20" },
			`Secondary.Network: got "10.0.128.0/20", want a range that does not overlap the home network's 10.0.0.0/16: ` +
				`no route could tell them apart. Give the secondary network another one (ladder:secondary.vpcCidr)`,
		},
		{
			func(a *peering.Args) { a.Secondary.Network.Region = "us-east-1" },
			`Secondary.Network: got "us-east-1", want a network of another region than the home network`,
		},
	},
	"Provider": {
		{func(a *peering.Args) { a.Home.Provider = nil }, "Home.Provider: got nothing, want the AWS provider"},
		{func(a *peering.Args) { a.Secondary.Provider = nil }, "Secondary.Provider: got nothing, want the AWS provider"},
	},
	"Databases": {
		{func(a *peering.Args) { a.Home.Databases["My DB"] = pulumi.String("sg-1") }, `Home.Databases: got "My DB", want a name`},
		{func(a *peering.Args) { a.Secondary.Databases["aurora"] = nil }, "Secondary.Databases.aurora: got nothing, want the id"},
	},
}

// Every field has bounds: one that is new fails here until it has.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2, reflect.TypeFor[peering.Args]().NumField(), "two sides and nothing else")
	fields := reflect.TypeFor[peering.Side]()
	require.Len(t, mistakes, fields.NumField())
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, m := range list {
			t.Run(field+" "+m.want, func(t *testing.T) {
				t.Parallel()
				_, err := graph.Record(program(map[string]func(*peering.Args){"edit": m.edit}), edited("edit"))
				require.ErrorContains(t, err, `peering "peering": `)
				require.ErrorContains(t, err, m.want)
			})
		}
	}
}

func TestMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := peering.New(ctx, "peering", nil)
		return err
	})
	for _, want := range []string{"Home.Network", "Home.Provider", "Secondary.Network", "Secondary.Provider"} {
		require.Contains(t, text, want)
	}
}
