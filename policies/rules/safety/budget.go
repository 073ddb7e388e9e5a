package safety

import "github.com/ladder-iac/ladder/policies/rule"

// Budget wants AWS to say when a month costs more than it may.
var Budget = rule.Rule{
	ID: "budget", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:    "An estimate is made before the users come; only the account sees what is really spent.",
	Fix:    "add the component budget with an alert",
	Source: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html",
	Good: []rule.Example{
		{
			rule.Resource(instanceType, "server", rule.In{}),
			rule.Resource(budgetType, "month", rule.In{"notifications": []any{rule.In{"threshold": 80}}}),
		},
		{rule.Resource(bucketType, "files", rule.In{})},
	},
	Bad: []rule.Example{
		{rule.Resource(instanceType, "server", rule.In{})},
		{rule.Resource(instanceType, "server", rule.In{}), rule.Resource(budgetType, "month", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if !serves(s) {
			return nil
		}
		budgets := s.OfType(budgetType)
		if len(budgets) == 0 {
			return []rule.Finding{{Message: "stack: got no budget, want one with the ceiling of the phase"}}
		}
		for _, budget := range budgets {
			if s.Of(budget).Given("notifications") {
				return nil
			}
		}
		return []rule.Finding{s.About(budgets[0], "notifications: got nothing, want an alert")}
	},
}
