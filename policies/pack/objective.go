package pack

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ladder-iac/ladder/policies/rule"
)

// Objective wants a stack to say what it is for, and nothing that no rule understands. It cannot be waived.
var Objective = rule.Rule{
	ID: "objective", Level: rule.Mandatory, Kind: rule.OnPolicies,
	Why: "Without phase and traffic nothing can be said about cost, and a name with a typo in it turns off nothing " +
		"and lowers nothing.",
	Fix:    "register one component objective at the top of the stack, with phase, traffic, waivers and rules",
	Source: "docs/policies.md",
	Good: []rule.Example{
		rule.For(1), rule.With(rule.In{"rules": rule.In{"nat-share": rule.In{"level": "off", "percent": 20}}}),
	},
	Bad: []rule.Example{
		{},
		rule.For(5),
		rule.With(rule.In{"traffic": rule.In{"peekQps": 1}}),
		rule.With(rule.In{"traffic": rule.In{"loadFactor": 2}}),
		rule.With(rule.In{"waiver": []any{}}),
		rule.With(rule.In{"rules": rule.In{"nat-shar": rule.In{"level": "off"}}}),
		rule.With(rule.In{"rules": rule.In{"nat-share": rule.In{"procent": 20}}}),
		rule.With(rule.In{"rules": rule.In{"nat-share": rule.In{"level": "loud"}}}),
	},
}

// unknownSettings are those that no rule reads.
func unknownSettings(o *rule.Objective) []rule.Problem {
	if o == nil {
		return nil
	}
	var problems []rule.Problem
	for _, id := range slices.Sorted(maps.Keys(o.Rules)) {
		r, known := Find(id)
		if !known || r.Kind == rule.OnPolicies {
			problems = append(problems, rule.Problem{URN: o.URN, Message: fmt.Sprintf(
				"rules: got %q, want a rule; nearest are %s", id, nearest(id, ids()))})
			continue
		}
		var names []string
		for _, threshold := range r.Thresholds {
			names = append(names, threshold.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(o.Rules[id].Thresholds)) {
			if !slices.Contains(names, name) {
				problems = append(problems, rule.Problem{URN: o.URN, Message: fmt.Sprintf(
					"rules.%s: got %q, want level%s", id, name, orNames(names))})
			}
		}
	}
	return problems
}

func orNames(names []string) string {
	if len(names) == 0 {
		return ", as it has no threshold"
	}
	return " or " + strings.Join(names, " or ")
}

// ids of the rules that can be set and waived.
func ids() []string {
	var list []string
	for _, r := range All {
		if r.Kind != rule.OnPolicies {
			list = append(list, r.ID)
		}
	}
	return list
}

// nearest are the three names that are most like the one that was asked for.
func nearest(asked string, names []string) string {
	near := slices.Clone(names)
	slices.SortStableFunc(near, func(a, b string) int {
		return cmp.Compare(levenshtein.Distance(asked, a, nil), levenshtein.Distance(asked, b, nil))
	})
	return strings.Join(near[:min(3, len(near))], ", ")
}
