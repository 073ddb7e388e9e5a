package web_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	edit func(*web.Args)
	want string
}

func onTrial(c web.Canary) func(*web.Args) { return func(a *web.Args) { a.Canary = &c } }

var another = &release.Release{Version: "another", Architecture: release.ARM64}

// mistakes has at least one for every field, by the field's name.
var mistakes = map[string][]mistake{
	"Network": {
		{func(a *web.Args) { a.Network = nil }, "Network: got nothing, want a network component with the app tier, in two zones"},
		{func(a *web.Args) { a.Network = &network.Network{Public: a.Network.Public[:1], App: a.Network.App} }, `Network: got "1 zones", want two zones or more`},
		{func(a *web.Args) { a.Network = &network.Network{Public: a.Network.Public} }, `Network: got "no app subnets", want a network with Tiers: network.App`},
	},
	"InstanceTypes": {
		{func(a *web.Args) { a.InstanceTypes = []string{"large"} }, `InstanceTypes[0]: got "large", want an EC2 instance type such as c7g.large`},
		{func(a *web.Args) { a.InstanceTypes = []string{"c7g.metal"} }, `InstanceTypes[0]: got "c7g.metal", want an EC2 instance type`},
		{func(a *web.Args) { a.InstanceTypes = []string{"c7i.large"} }, `InstanceTypes[0]: got "c7i.large (x86_64)", want an instance type for arm64`},
		{func(a *web.Args) { a.InstanceTypes = []string{"c7g.large", "m7g.xlarge"} }, `InstanceTypes[1]: got "m7g.xlarge", want types of the size of the first (large)`},
		{func(a *web.Args) { a.InstanceTypes = []string{"c7g.large", "c7g.large"} }, `InstanceTypes[1]: got "c7g.large", want each type once`},
		{func(a *web.Args) { a.InstanceTypes = manyTypes(41) }, "InstanceTypes: got 41, want at most 40"},
	},
	"Machines": {
		{func(a *web.Args) { a.Machines.Min = -1 }, "Machines.Min: got -1, want 1 to 1000"},
		{func(a *web.Args) { a.Machines.Min = 1001 }, "Machines.Min: got 1001, want 1 to 1000"},
		{func(a *web.Args) { a.Machines = web.Range{Min: 5, Max: 4} }, "Machines.Max: got 4, want Machines.Min, which is 5, to 1000"},
		{func(a *web.Args) { a.Machines.Max = 1001 }, "Machines.Max: got 1001, want Machines.Min, which is 2, to 1000"},
	},
	"Domain": {
		{func(a *web.Args) { domain(a); a.Domain = "shop" }, `Domain: got "shop", want a full name in lower case`},
		{func(a *web.Args) { domain(a); a.Domain = "https://shop.example.com" }, `Domain: got "https://shop.example.com", want a full name`},
	},
	"HostedZoneID": {
		{func(a *web.Args) { a.HostedZoneID = "Z0123456789ABC" }, `HostedZoneID: got "Z0123456789ABC", want nothing without Domain`},
		{func(a *web.Args) { a.Domain = "shop.example.com" }, `HostedZoneID: got "", want the id of the domain's hosted zone`},
		{func(a *web.Args) { domain(a); a.HostedZoneID = "example.com" }, `HostedZoneID: got "example.com", want the id`},
	},
	"Key":      {{func(a *web.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"TokenKey": {{func(a *web.Args) { a.TokenKey = nil }, "TokenKey: got nothing, want a tokenkey component"}},
	"Release":  {{func(a *web.Args) { a.Release = nil }, "Release: got nothing, want a release component with the app"}},
	"Canary": {
		{onTrial(web.Canary{Release: another, Weight: -1}), "Canary.Weight: got -1, want 0 to 100 percent of the users"},
		{onTrial(web.Canary{Release: another, Weight: 101}), "Canary.Weight: got 101, want 0 to 100"},
		{onTrial(web.Canary{Release: another, P99: time.Microsecond}), "Canary.P99: got 1µs, want 1ms to 5s"},
		{onTrial(web.Canary{Release: another, P99: time.Minute}), "Canary.P99: got 1m0s, want 1ms to 5s"},
		{onTrial(web.Canary{}), "Canary.Release: got nothing, want a release component with the version to try"},
		{func(a *web.Args) { a.Canary = &web.Canary{Release: a.Release, Weight: 99} }, "want another version than Release: there is nothing to try"},
		{
			onTrial(web.Canary{Release: &release.Release{Version: "another", Architecture: release.X8664}}),
			`Canary.Release: got "x86_64", want a build for arm64, as Release is`,
		},
	},
	"Pods": {
		{onPods(func(a *web.Args) { a.Pods.ClusterName = nil }), "Pods.ClusterName: got nothing, want the name of the EKS cluster"},
		{onPods(func(a *web.Args) { a.Pods.SecurityGroupID = nil }), "Pods.SecurityGroupID: got nothing, want the id of the pods'"},
		{onPods(func(a *web.Args) { a.Pods.Port = 0 }), "Pods.Port: got 0, want 1 to 65535"},
		{onPods(func(a *web.Args) { a.Release = &release.Release{} }), "Release: got \"a release beside Pods\", want one of the two"},
		{onPods(func(a *web.Args) { a.Canary = &web.Canary{} }), "Canary: got \"a canary beside Pods\", want none: the gateway divides"},
		{onPods(func(a *web.Args) { a.Machines.Min = 3 }), "Machines: got \"machines beside Pods\", want one of the two"},
	},
	"Topology": {{func(a *web.Args) { a.Topology = nil }, "Topology: got nothing, want a topology component with the database"}},
	"Phase": {
		{func(a *web.Args) { a.Phase = 0 }, "Phase: got 0, want the number of the phase"},
		{func(a *web.Args) { a.Phase = 10 }, "Phase: got 10, want the number of the phase"},
	},
}

func manyTypes(n int) []string {
	var types []string
	for i := range n {
		types = append(types, fmt.Sprintf("c%dg.large", i+1))
	}
	return types
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[web.Args]()
	require.LessOrEqual(t, fields.NumField(), 12)
	require.Len(t, mistakes, fields.NumField())
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], "%s: what is a bad value?", field.Name)
	}
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
			t.Run(field+" "+m.want, func(t *testing.T) {
				t.Parallel()
				_, err := graph.Record(program(t, map[string]state{"it": with(m.edit)}), in("it"))
				require.ErrorContains(t, err, m.want)
				require.Equal(t, 1, strings.Count(err.Error(), `web "web": `), "one mistake, told once:\n%v", err)
			})
		}
	}
}

func TestMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	told := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := web.New(ctx, "My_Web", nil)
		return err
	})
	for _, want := range []string{
		`name: got "My_Web"`, "Network: got", "Key: got", "TokenKey: got", "Topology: got", "Phase: got",
		"Release: got",
	} {
		require.Contains(t, told, want)
	}
	for _, field := range []string{"InstanceTypes", "Machines", "Domain", "Canary"} {
		require.NotContains(t, told, field+": got", "it has a default, or may be left out")
	}
}

// A target group's name has 32 characters, with all that is put behind the component's.
func TestLongNames(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"web": true, "web-2": true, strings.Repeat("x", 18): true, strings.Repeat("x", 19): false, "": false, "2web": false,
		"web-": false, "a--b": false,
	} {
		told := graphtest.Error(t, func(ctx *pulumi.Context) error {
			_, err := web.New(ctx, name, &web.Args{Network: &network.Network{}})
			return err
		})
		require.Equal(t, !good, strings.Contains(told, ": name: got"), name)
	}
	require.LessOrEqual(t, len(strings.Repeat("x", 18)+"-green-")+7, 32)
}

// The caller's arguments stay as they are: the same may make two webs.
func TestArgumentsStay(t *testing.T) {
	t.Parallel()
	trial := &web.Canary{Weight: 5}
	record(t, state{edit: func(a *web.Args, next *release.Release) { trial.Release = next; a.Canary = trial }})
	require.Zero(t, trial.P99)
}
