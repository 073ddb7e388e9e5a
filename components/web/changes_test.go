package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph"
)

// touched lists what an update does to the web, as "update web-rule".
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
			if strings.HasPrefix(c.Name, "web-") {
				list = append(list, kind.verb+" "+c.Name)
			}
		}
	}
	return list
}

// each prefixes names with a verb.
func each(verb string, names ...string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = verb + " web-" + name
	}
	return list
}

var (
	green    = []string{"green-template", "green-machines", "green-cpu", "green-requests", "canary"}
	rollback = []string{
		"rollback", "rollback-role", "rollback-permissions", "rollback-starter-role", "rollback-starter-permissions",
		"rollback-event", "rollback-target",
	}
	// aroundTrial: blue does not shrink during a trial, and the machines may fetch its release.
	aroundTrial = each("update", "blue-cpu", "blue-requests", "permissions")
	onlyWeights = each("update", "rule")
)

// promoted is the moment when the next release is the stable one, and has all users on the canary's machines still.
var promoted = state{promoted: true, edit: canary(100).edit}

// A canary from its first machine to its last. Every step touches what it is about and nothing else; nothing goes
// that serves users.
func TestCanarySteps(t *testing.T) {
	t.Parallel()
	for _, step := range []struct {
		name     string
		from, to state
		want     []string
	}{
		{"none to 0", state{}, canary(0), slices.Concat(each("create", green...), aroundTrial)},
		{"0 to 5", canary(0), canary(5), slices.Concat(onlyWeights, each("create", rollback...))},
		{"5 to 50", canary(5), canary(50), onlyWeights},
		{"50 to 100", canary(50), canary(100), onlyWeights},
		{"100 to promoted", canary(100), promoted, slices.Concat(
			each("update", "blue-template", "blue-machines"), each("delete", rollback...))},
		{"promoted to gone", promoted, state{promoted: true}, slices.Concat(
			onlyWeights, aroundTrial, each("delete", green...))},
		{"none to 5 at once", state{}, canary(5), slices.Concat(
			each("create", green...), aroundTrial, onlyWeights, each("create", rollback...))},
		{"back from 50 to 0", canary(50), canary(0), slices.Concat(onlyWeights, each("delete", rollback...))},
		{"given up at 50", canary(50), state{}, slices.Concat(
			onlyWeights, aroundTrial, each("delete", green...), each("delete", rollback...))},
		{"another canary, without users", canary(0), state{edit: func(a *web.Args, next *release.Release) {
			a.Canary = &web.Canary{Release: &release.Release{
				Version: "third", Architecture: release.ARM64,
				BucketARN: next.BucketARN, ParameterName: next.ParameterName, ParameterARN: next.ParameterARN,
			}}
		}}, each("update", "green-template", "green-machines")},
	} {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, step.want, touched(t, step.from, step.to))
		})
	}
}

// What a change does: growth never replaces, and a release renews machines and nothing else.
func TestChanges(t *testing.T) {
	t.Parallel()
	types := func(types ...string) state { return with(func(a *web.Args) { a.InstanceTypes = types }) }
	for name, c := range map[string]struct {
		from, to state
		want     []string
	}{
		"nothing":       {state{}, state{}, nil},
		"a release":     {state{}, state{promoted: true}, each("update", "blue-template", "blue-machines")},
		"a third zone":  {state{zones: 2}, state{}, each("update", "alb", "blue-machines")},
		"more machines": {state{}, with(func(a *web.Args) { a.Machines = web.Range{Min: 4, Max: 9} }), each("update", "blue-machines")},
		"another kind, as large": {
			types("c7g.large"), types("m7g.large"), each("update", "blue-template", "blue-machines"),
		},
		"larger machines": {
			types("c7g.large"), types("c7g.xlarge"), each("update", "blue-template", "blue-machines", "blue-requests"),
		},
		"a second kind": {types("c7g.large"), types("c7g.large", "m7g.large"), each("update", "blue-machines")},
		"another phase": {state{}, with(func(a *web.Args) { a.Phase = 4 }), each("update", "blue-template", "blue-machines")},
		"another bound for the canary": {canary(5), state{edit: func(a *web.Args, next *release.Release) {
			a.Canary = &web.Canary{Release: next, Weight: 5, P99: 200e6}
		}}, each("update", "canary")},
		// The app tells browsers to come by HTTPS alone, which is another script of the machines.
		// The old rule serves on port 80 until the new one serves on 443, and then lets the redirect through.
		"a domain": {state{}, with(domain), slices.Concat(
			each("create", "certificate", "certificate-proof", "certificate-issued", "https", "firewall-balancer-https"),
			each("update", "http", "blue-template", "blue-machines"), each("replace", "rule"))},
		"a domain less": {with(domain), state{}, slices.Concat(
			each("delete", "certificate", "certificate-proof", "certificate-issued", "https", "firewall-balancer-https"),
			each("update", "http", "blue-template", "blue-machines"), each("replace", "rule"))},
		"another domain": {with(domain), with(func(a *web.Args) { domain(a); a.Domain = "www.example.com" }), slices.Concat(
			each("replace", "certificate", "certificate-proof", "certificate-issued"), each("update", "https"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, c.want, touched(t, c.from, c.to))
		})
	}
}

// What replaces a part makes its successor first: users are never without.
func TestSuccessorsComeFirst(t *testing.T) {
	t.Parallel()
	s := canary(5)
	for _, r := range record(t, state{edit: func(a *web.Args, next *release.Release) { s.edit(a, next); domain(a) }}).Resources {
		if strings.HasPrefix(r.Name, "web-") {
			require.False(t, r.Options.DeleteBeforeReplace, r.Name)
		}
	}
}
