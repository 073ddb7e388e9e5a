// Package factstest holds cases of what a change of inputs does to a resource, written by hand from what
// AWS does. Two tests run them: internal/facts against its own Diff, and the engine's test against a real
// preview, so that facts, simulation and engine agree.
package factstest

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts"
)

// Case is one change of one resource. Old and new inputs are complete: they pass Check.
type Case struct {
	Name  string // words for people, unique
	Token string
	Old   map[string]any
	New   map[string]any
	Want  facts.Kind
	Paths []string // the changed inputs, sorted; empty when nothing changes
	// DeleteBeforeReplace is whether the old resource must be gone before the new one is created.
	DeleteBeforeReplace bool
}

// Inputs gives the old and the new inputs as properties.
func (c Case) Inputs() (was, is resource.PropertyMap) {
	return resource.NewPropertyMapFromMap(c.Old), resource.NewPropertyMapFromMap(c.New)
}

// unset as a value in a case's changes leaves the input out.
var unset = struct{}{}

// kind is a resource to change: its token and the least inputs that pass Check.
type kind struct {
	token  string
	inputs map[string]any
}

// with gives the inputs with some of them changed.
func (k kind) with(changes map[string]any) map[string]any {
	inputs := maps.Clone(k.inputs)
	for key, value := range changes {
		if value == unset {
			delete(inputs, key)
			continue
		}
		inputs[key] = value
	}
	return inputs
}

// change is a case that begins with the kind's own inputs.
func (k kind) change(name string, want facts.Kind, path string, changes map[string]any) Case {
	return k.between(name, want, path, nil, changes)
}

// between is a case from one set of changed inputs to another.
func (k kind) between(name string, want facts.Kind, path string, from, to map[string]any) Case {
	c := Case{Name: name, Token: k.token, Old: k.with(from), New: k.with(to), Want: want}
	if path != "" {
		c.Paths = []string{path}
	}
	return c
}

// deleteFirst says that the old resource must go first.
func (c Case) deleteFirst() Case {
	c.DeleteBeforeReplace = true
	return c
}
