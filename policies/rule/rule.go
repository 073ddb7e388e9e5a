// Package rule says what a policy is: a value with a pure check on the resources of a stack, as internal/graph records
// them. The same rule runs in the Pulumi engine, in `ladder check` and in tests.
package rule

import "github.com/ladder-iac/ladder/internal/graph"

// Level says what a violation does.
type Level string

// The levels.
const (
	Mandatory Level = "mandatory" // stops the update
	Advisory  Level = "advisory"  // is told
	Off       Level = "off"       // the rule does not run
)

// Levels are all levels, the strictest first.
var Levels = []Level{Mandatory, Advisory, Off}

// Kind says what a rule looks at.
type Kind string

// The kinds.
const (
	OnResource Kind = "resource" // each resource of its types
	OnStack    Kind = "stack"    // the stack as a whole
	OnPolicies Kind = "policies" // the objective: what it says to the other rules
)

// Rule is one policy.
type Rule struct {
	ID     string
	Level  Level
	Kind   Kind
	Types  []string // of the resources that a resource rule looks at
	Why    string   // what goes wrong without it
	Fix    string   // what to do about a violation
	Source string
	// Thresholds are what the objective can change.
	Thresholds []Threshold
	Good, Bad  []Example
	// Check is pure. What it reads of the resource and is not known yet is noted by the scene, and the check counts as
	// skipped unless it has found something before.
	Check func(*Scene) []Finding
}

// Threshold is a number that decides.
type Threshold struct {
	Name    string
	Default float64
	Meaning string // with the unit
}

// Finding is what a check found.
type Finding struct {
	URN     string // empty for the stack
	Message string // what, where, got and want
	Level   Level  // empty for the rule's
	Fix     string // empty for the rule's
}

// Skip is a check that could not be made.
type Skip struct {
	Rule  string
	URN   string
	Field string // path of the input that is not known yet, or secret
}

// Example is a stack that is right or wrong.
type Example []graph.Resource

// Run checks a stack.
func (r Rule) Run(stack *Stack) (findings []Finding, skipped []Skip) {
	if r.Check == nil {
		return nil, nil
	}
	if r.Kind == OnStack {
		return r.Check(r.scene(stack, graph.Resource{})), nil
	}
	for _, kind := range r.Types {
		for _, resource := range stack.OfType(kind) {
			scene := r.scene(stack, resource)
			found := r.Check(scene)
			if len(found) == 0 && len(*scene.unknown) > 0 {
				skipped = append(skipped, Skip{r.ID, resource.URN, (*scene.unknown)[0]})
				continue
			}
			findings = append(findings, found...)
		}
	}
	return findings, skipped
}

func (r Rule) scene(stack *Stack, resource graph.Resource) *Scene {
	unknown := &[]string{}
	return &Scene{
		Block: Block{inputs: resource.Inputs, unknown: unknown},
		Stack: stack, Resource: resource, rule: &r,
	}
}
