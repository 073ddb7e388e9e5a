package fleet_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/graph"
)

// touched lists what an update does to the fleet, as "update app-1".
func touched(t *testing.T, from, to state) []string {
	t.Helper()
	diff, err := graph.Compare(program(t, map[string]state{"from": from, "to": to}), in("from"), in("to"))
	require.NoError(t, err)
	var list []string
	for _, kind := range []struct {
		verb    string
		changes []graph.Change
	}{{"create", diff.Create}, {"update", diff.Update}, {"replace", diff.Replace}, {"delete", diff.Delete}} {
		for _, c := range kind.changes {
			if strings.HasPrefix(c.Name, "app-") {
				list = append(list, kind.verb+" "+c.Name)
			}
		}
	}
	return list
}

// server is what there is of one.
func server(verb string, ordinal int) []string {
	name := fmt.Sprintf("%s app-%d", verb, ordinal)
	return []string{name, name + "-address", name + "-address-association"}
}

// What a change does: growth only adds, and nothing moves a server that stands.
func TestChanges(t *testing.T) {
	t.Parallel()
	moved := []string{
		"replace app-1", "replace app-1-address-association", "replace app-2", "replace app-2-address-association",
	}
	for name, c := range map[string]struct {
		from, to state
		want     []string
	}{
		"nothing":             {state{}, state{}, nil},
		"more servers":        {state{}, servers(4), slices.Concat(server("create", 3), server("create", 4))},
		"a third zone":        {servers(5), state{zones: 3, edit: servers(5).edit}, nil},
		"a zone and a server": {servers(2), state{zones: 3, edit: servers(3).edit}, server("create", 3)},
		"one server less":     {servers(3), servers(2), server("delete", 3)},
		"a release":           {state{}, state{artifact: another(t)}, nil},
		"another script":      {state{}, with(func(a *fleet.Args) { a.Phase = 3 }), nil},
		"larger servers":      {state{}, with(func(a *fleet.Args) { a.InstanceType = "c7g.xlarge" }), []string{"update app-1", "update app-2"}},
		"a domain":            {state{}, with(domain), append([]string{"create app-firewall-https"}, moved...)},
		"a domain less":       {with(domain), state{}, append([]string{"delete app-firewall-https"}, moved...)},
		"another processor": {
			state{},
			state{
				artifact: releasetest.Artifact(t, release.X8664), edit: func(a *fleet.Args) { a.InstanceType = "c7i.large" },
			},
			[]string{
				"create app-1-x86", "create app-2-x86", "delete app-1", "delete app-2",
				"replace app-1-address-association", "replace app-2-address-association",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, c.want, touched(t, c.from, c.to))
		})
	}
}
