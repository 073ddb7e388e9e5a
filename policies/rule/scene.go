package rule

import (
	"fmt"

	"github.com/ladder-iac/ladder/internal/graph"
)

// Scene is what a check sees: the stack and, in a resource rule, one resource with its inputs.
type Scene struct {
	Block
	*Stack
	Resource graph.Resource
	rule     *Rule
}

// Threshold returns one of the rule's, as the objective has it.
func (s *Scene) Threshold(name string) float64 {
	if s.Objective != nil {
		if value, set := s.Objective.Rules[s.rule.ID].Thresholds[name]; set {
			return value
		}
	}
	for _, t := range s.rule.Thresholds {
		if t.Name == name {
			return t.Default
		}
	}
	return 0
}

// Wrong is an input of the resource that is not as it should be; got is nil for one that is not given.
func (s *Scene) Wrong(field string, got any, want string) []Finding {
	return []Finding{s.About(s.Resource, fmt.Sprintf("%s: got %s, want %s", field, Show(got), want))}
}

// About is a finding at a resource.
func (s *Scene) About(r graph.Resource, text string) Finding {
	return Finding{URN: r.URN, Message: fmt.Sprintf("%s %q: %s", graph.ShortType(r.Type), r.Name, text)}
}

// Show writes a value as a message has it.
func Show(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case string:
		if v == "" {
			return "nothing"
		}
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(value)
}

// Needs are the resources of a type that the scene's resource takes inputs from or waits for.
func (s *Scene) Needs(kind string) []graph.Resource {
	var found []graph.Resource
	for _, urn := range s.Resource.Options.DependsOn {
		if r, there := s.byURN[urn]; there && r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// UsedBy are the resources of a type that take inputs from the scene's resource or wait for it.
func (s *Scene) UsedBy(kind string) []graph.Resource {
	return s.users[s.Resource.URN][kind]
}

// Of reads another resource; what is not known there makes the check unknown, too.
func (s *Scene) Of(r graph.Resource) Block {
	return Block{inputs: r.Inputs, unknown: s.unknown, path: r.Name + ": "}
}
