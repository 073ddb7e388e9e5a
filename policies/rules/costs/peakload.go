package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// PeakLoad wants the same resources that are billed to carry the peak.
var PeakLoad = rule.Rule{
	ID: "peak-load", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A bill is worth something only if what it pays for carries the load: at the peak, and, advisory, at the peak " +
		"with a zone gone.",
	Fix:    "take more or larger parts of what is tightest",
	Source: costSource,
	Good:   []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad: []rule.Example{
		rule.With(rule.In{"traffic": rule.In{"peakQps": 5000}}, machine("t4g.large")),
		rule.For(2, server("one", "us-east-1a"), server("two", "us-east-1a")),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Objective == nil {
			return nil
		}
		limits := cost.Capacity(s.Resources, s.Objective.Traffic, s.Objective.Phase)
		peak := s.Objective.Traffic.PeakQPS
		switch {
		case len(limits.Parts) == 0:
			return nil // nothing serves, or its size is not known
		case limits.QPS < peak:
			return []rule.Finding{{Message: fmt.Sprintf("peak: got %.0f requests/s, limited by %s (%s), want %.0f",
				limits.QPS, limits.Tightest, limits.Arithmetic, peak)}}
		case s.Objective.Phase.Zones > 1 && limits.WithoutZone < peak:
			return []rule.Finding{{Level: rule.Advisory, Message: fmt.Sprintf("peak with a zone gone: got %.0f requests/s, "+
				"want %.0f", limits.WithoutZone, peak)}}
		}
		return nil
	},
}

func server(name, zone string) graph.Resource {
	return rule.Resource(instanceType, name, rule.In{"instanceType": "c7g.2xlarge", "availabilityZone": zone})
}
