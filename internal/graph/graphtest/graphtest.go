// Package graphtest records small programs in tests of components.
package graphtest

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
)

// Run is the run that tests record with: project "ladder", stack "test", in us-east-1.
func Run() graph.Run {
	return graph.Run{Project: "ladder", Stack: "test", Config: map[string]string{"aws:region": "us-east-1"}}
}

// Record returns what a program registers.
func Record(t *testing.T, program pulumi.RunFunc) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program, Run())
	require.NoError(t, err)
	return g
}

// Error returns why a program cannot be recorded, and fails when it can.
func Error(t *testing.T, program pulumi.RunFunc) string {
	t.Helper()
	_, err := graph.Record(program, Run())
	require.Error(t, err)
	return err.Error()
}

// Find returns the resource of that logical name.
func Find(t *testing.T, g *graph.Graph, name string) graph.Resource {
	t.Helper()
	for _, r := range g.Resources {
		if r.Name == name {
			return r
		}
	}
	require.Fail(t, "no such resource", "%s in\n%s", name, g.Tree())
	return graph.Resource{}
}

// Names returns the logical names of the resources of a type.
func Names(g *graph.Graph, token string) []string {
	var names []string
	for _, r := range g.Resources {
		if r.Type == token {
			names = append(names, r.Name)
		}
	}
	return names
}
