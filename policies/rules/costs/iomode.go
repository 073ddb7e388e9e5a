package costs

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// IOMode wants the cheaper way of paying for Aurora's I/O.
var IOMode = rule.Rule{
	ID: "io-mode", Level: rule.Advisory, Kind: rule.OnStack,
	Why: "Aurora Standard bills every read and write of its storage; I/O-Optimized does not, and asks 30 % more for " +
		"instances and 125 % more for storage. Which is cheaper turns with the load.",
	Fix:    "set the cluster's storageType to the other one; AWS lets it change back once in 30 days",
	Source: costSource,
	Good:   []rule.Example{rule.For(3, aurora("aurora-iopt1")...)},
	Bad:    []rule.Example{rule.For(3, aurora("")...), rule.With(quiet, aurora("aurora-iopt1")...)},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		clusters := s.OfType(clusterType)
		if bill == nil || len(clusters) == 0 {
			return nil
		}
		kind := s.Of(clusters[0]).Text("storageType")
		if s.Unknown() {
			return nil
		}
		now, other := "Standard", "aurora-iopt1"
		if kind == other {
			now, other = "I/O-Optimized", ""
		}
		saved := without(s, bill, func(resources []graph.Resource) []graph.Resource {
			return set(resources, clusterType, "storageType", other)
		})
		if saved <= 0 {
			return nil
		}
		return []rule.Finding{s.About(clusters[0], fmt.Sprintf("storageType: got %s, want the other one, which is "+
			"%s a month less at this load", now, usd(saved)))}
	},
}

var quiet = rule.In{"phase": 3, "traffic": rule.In{"loadFactor": 0.01}}

// set changes an input of all resources of a type.
func set(resources []graph.Resource, kind, input string, value any) []graph.Resource {
	changed := slices.Clone(resources)
	for i, r := range changed {
		if r.Type == kind {
			changed[i].Inputs = maps.Clone(r.Inputs)
			changed[i].Inputs[input] = value
		}
	}
	return changed
}
