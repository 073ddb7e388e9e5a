package pack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// document is what stands in a recorded phase in the place of its policies, which are left out there.
const document = `{"Statement":[{"Effect":"Deny","Action":["s3:*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`

// recorded is a phase with a domain, as policies/cost tests with it, and an objective.
func recorded(t *testing.T, number int, objective map[string]any) []graph.Resource {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("../cost/testdata/phase%d.json", number))
	require.NoError(t, err)
	var g graph.Graph
	require.NoError(t, json.Unmarshal(data, &g))
	for _, r := range g.Resources {
		if r.Inputs["policy"] == "(policy)" {
			r.Inputs["policy"] = document
		}
	}
	inputs := map[string]any{"phase": float64(number)}
	maps.Copy(inputs, objective)
	list := slices.DeleteFunc(g.Resources, func(r graph.Resource) bool { return r.Type == rule.ObjectiveType })
	return append(list, graph.Resource{
		URN: fmt.Sprintf("urn:pulumi:phase%d::ladder::%s::objective", number, rule.ObjectiveType), Type: rule.ObjectiveType,
		Name: "objective", Inputs: inputs,
	})
}

// in adds resources of an example to a stack, under its provider.
func in(resources []graph.Resource, more ...graph.Resource) []graph.Resource {
	at := slices.IndexFunc(resources, func(r graph.Resource) bool { return r.Type == "pulumi:providers:aws" })
	for _, r := range more {
		r.Options.Provider = resources[at].URN
		r.Inputs = maps.Clone(r.Inputs)
		if r.Inputs["tags"] == nil {
			r.Inputs["tags"] = map[string]any{"component": "trap"}
		}
		resources = append(resources, r)
	}
	return resources
}

// set changes an input of the resources of a type whose name starts with a prefix.
func set(t *testing.T, list []graph.Resource, kind, prefix string, value any, path ...string) []graph.Resource {
	t.Helper()
	changed := 0
	for i, r := range list {
		if r.Type == kind && strings.HasPrefix(r.Name, prefix) {
			changed++
			list[i].Inputs = put(r.Inputs, value, path...)
		}
	}
	require.Positive(t, changed, "no %s named %s...", kind, prefix)
	return list
}

func put(inputs map[string]any, value any, path ...string) map[string]any {
	made := maps.Clone(inputs)
	if made == nil {
		made = map[string]any{}
	}
	if len(path) > 1 {
		within, _ := made[path[0]].(map[string]any)
		value = put(within, value, path[1:]...)
	}
	made[path[0]] = value
	return made
}

func without(list []graph.Resource, kind, prefix string) []graph.Resource {
	return slices.DeleteFunc(list, func(r graph.Resource) bool { return r.Type == kind && strings.HasPrefix(r.Name, prefix) })
}
