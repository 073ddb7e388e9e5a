package cost_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
)

var today = time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)

const providerURN = "urn:pulumi:phase1::ladder::pulumi:providers:aws::aws"

func book(tb testing.TB) *price.Book {
	tb.Helper()
	b, err := price.Default()
	require.NoError(tb, err)
	return b
}

// recorded is a phase as it was recorded with a domain, without scripts and policies. Phase 4 has no shape without one,
// and is the stacks' own golden.
func recorded(tb testing.TB, number int) []graph.Resource {
	tb.Helper()
	if number == 4 {
		return read(tb, "../../stacks/testdata/phase4.json")
	}
	return read(tb, fmt.Sprintf("testdata/phase%d.json", number))
}

func read(tb testing.TB, path string) []graph.Resource {
	tb.Helper()
	data, err := os.ReadFile(path)
	require.NoError(tb, err)
	var g graph.Graph
	require.NoError(tb, json.Unmarshal(data, &g))
	return g.Resources
}

func bill(tb testing.TB, number int, resources []graph.Resource, load traffic.Model) *cost.Bill {
	tb.Helper()
	b, err := cost.Estimate(resources, load, phase.Table[number-1], book(tb), today)
	require.NoError(tb, err)
	return b
}

// res is a resource at the top of the stack, in the region of the recorded phases.
func res(kind, name string, inputs map[string]any, dependsOn ...string) graph.Resource {
	return graph.Resource{
		URN: urn(kind, name), Type: kind, Name: name, Inputs: inputs,
		Options: graph.Options{Provider: providerURN, DependsOn: dependsOn},
	}
}

func urn(kind, name string) string { return "urn:pulumi:phase1::ladder::" + kind + "::" + name }

func provider(urn, region string) graph.Resource {
	return graph.Resource{URN: urn, Type: "pulumi:providers:aws", Name: "aws", Inputs: map[string]any{"region": region}}
}

// in puts resources under a provider.
func in(resources []graph.Resource, more ...graph.Resource) []graph.Resource {
	at := slices.IndexFunc(resources, func(r graph.Resource) bool { return r.Type == "pulumi:providers:aws" })
	list := slices.Clone(resources)
	for _, r := range more {
		r.Options.Provider = resources[at].URN
		list = append(list, r)
	}
	return list
}

func alone(more ...graph.Resource) []graph.Resource {
	return append([]graph.Resource{provider(providerURN, "us-east-1")}, more...)
}

// set changes an input of the resources of a type whose name starts with a prefix.
func set(tb testing.TB, resources []graph.Resource, kind, prefix string, value any, path ...string) []graph.Resource {
	tb.Helper()
	list := slices.Clone(resources)
	changed := 0
	for i, r := range list {
		if r.Type != kind || !strings.HasPrefix(r.Name, prefix) {
			continue
		}
		changed++
		list[i].Inputs = put(r.Inputs, value, path...)
	}
	require.Positive(tb, changed, "no %s named %s...", kind, prefix)
	return list
}

func put(inputs map[string]any, value any, path ...string) map[string]any {
	made := map[string]any{}
	maps.Copy(made, inputs)
	if len(path) == 1 {
		made[path[0]] = value
		return made
	}
	within, _ := made[path[0]].(map[string]any)
	made[path[0]] = put(within, value, path[1:]...)
	return made
}

func without(resources []graph.Resource, kind, prefix string) []graph.Resource {
	return slices.DeleteFunc(slices.Clone(resources), func(r graph.Resource) bool {
		return r.Type == kind && strings.HasPrefix(r.Name, prefix)
	})
}

// items sums the expected amounts of the lines whose item starts with one of the prefixes.
func items(b *cost.Bill, prefixes ...string) float64 {
	var sum float64
	for _, line := range b.Lines {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line.Item, p) }) {
			sum += line.Expected
		}
	}
	return sum
}
