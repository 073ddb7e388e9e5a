package costs

import (
	"fmt"
	"strings"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// SLOPaper wants AWS's own agreements to add up to the promise.
var SLOPaper = rule.Rule{
	ID: "slo-paper", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "What AWS does not promise, nobody else can: the product of the agreements of all that a request passes must " +
		"reach the phase's availability. Servers without a name are told of only: nothing can lead a user from one that " +
		"fails to another.",
	Fix:    "add what is missing",
	Source: "https://aws.amazon.com/legal/service-level-agreements/",
	Good:   []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad: []rule.Example{
		rule.For(2, server("one", "us-east-1a"), server("two", "us-east-1b"), postgres("db.t4g.medium", "17")),
		rule.For(2, server("one", "us-east-1a"), name, postgres("db.t4g.medium", "17")),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Objective == nil {
			return nil
		}
		promise, want := cost.Availability(s.Resources, s.Objective.Phase), s.Objective.Phase.Availability
		if len(promise.Chain) == 0 || promise.Percent >= want {
			return nil
		}
		parts := make([]string, 0, len(promise.Chain))
		for _, part := range promise.Chain {
			parts = append(parts, fmt.Sprintf("%s %v %%", part.Name, part.SLA))
		}
		text := fmt.Sprintf("availability on paper: got %.3f %% (%s), want %v %%",
			promise.Percent, strings.Join(parts, ", "), want)
		if len(promise.Missing) > 0 {
			text += "; " + strings.Join(promise.Missing, "; ")
		}
		if len(s.OfType(recordType))+len(s.OfType(balancerType)) == 0 && len(promise.Missing) > 0 {
			return []rule.Finding{{Message: text, Level: rule.Advisory, Fix: "set ladder:domain and ladder:hostedZoneId"}}
		}
		return []rule.Finding{{Message: text}}
	},
}

var name = rule.Resource(recordType, "name", rule.In{"type": "A", "records": []any{"192.0.2.1"}})
