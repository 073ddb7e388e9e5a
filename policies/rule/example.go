package rule

import (
	"maps"

	"github.com/ladder-iac/ladder/internal/graph"
)

const exampleURN = "urn:pulumi:example::ladder::"

// In is what examples and tests are made of: inputs.
type In = map[string]any

// Resource makes a resource of the region us-east-1 for an example. It depends on those whose URNs are given.
func Resource(kind, name string, inputs In, dependsOn ...string) graph.Resource {
	return graph.Resource{
		URN: URN(kind, name), Type: kind, Name: name, Inputs: inputs,
		Options: graph.Options{DependsOn: dependsOn, Provider: URN(providerType, "aws")},
	}
}

// Protected makes a resource protected.
func Protected(r graph.Resource) graph.Resource {
	r.Options.Protect = true
	return r
}

// URN of a resource of an example.
func URN(kind, name string) string { return exampleURN + kind + "::" + name }

const providerType = "pulumi:providers:aws"

// For makes an example of what is registered for a phase.
func For(phase int, resources ...graph.Resource) Example {
	return With(In{"phase": phase}, resources...)
}

// With makes an example with more in its objective.
func With(objective In, resources ...graph.Resource) Example {
	inputs := In{"phase": 1}
	maps.Copy(inputs, objective)
	provider := Resource(providerType, "aws", In{"region": "us-east-1"})
	provider.Options.Provider = ""
	purpose := Resource(ObjectiveType, "objective", inputs)
	purpose.Options.Provider = ""
	return append(Example{provider, purpose}, resources...)
}
