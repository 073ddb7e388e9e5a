package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/rule"
)

// Unpriced wants a price for everything.
var Unpriced = rule.Rule{
	ID: "unpriced", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:    "What has no price would count as nothing, and the bill would be in its band by omission.",
	Fix:    "add the price, or waive it for the resource with what it costs as the reason",
	Source: costSource,
	Good:   []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad: []rule.Example{
		rule.For(1, rule.Resource("aws:redshift/cluster:Cluster", "warehouse", rule.In{})),
		rule.For(1, machine("z99.large")),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Objective == nil {
			return nil
		}
		bill, err := s.Bill()
		if err != nil {
			return []rule.Finding{{Message: fmt.Sprintf("the stack has no bill: %v", err)}}
		}
		var found []rule.Finding
		for _, note := range bill.Unpriced {
			for _, r := range s.OfType(note.Type) {
				if r.URN == note.URN {
					found = append(found, s.About(r, "price: got none: "+note.Reason))
				}
			}
		}
		return found
	},
}
