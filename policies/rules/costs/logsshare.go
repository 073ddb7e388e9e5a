package costs

import (
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// LogsShare wants logs to be a small part of the bill, and to end.
var LogsShare = rule.Rule{
	ID: "logs-share", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A line of 500 bytes for each request is 0.66 USD a month for every request a second; without a retention " +
		"logs are kept, and billed, for ever.",
	Fix:        "log a sample of the requests, and set retentionInDays",
	Source:     costSource,
	Thresholds: shareOf(5, "logs"),
	Good:       []rule.Example{rule.For(2, logs(30))},
	Bad: []rule.Example{
		rule.For(1, logs(nil)),
		rule.With(rule.In{"phase": 2, "traffic": rule.In{"logSample": 1}}, logs(30)),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		var found []rule.Finding
		for _, r := range s.OfType(logGroupType) {
			if !s.Of(r).Given("retentionInDays") || r.Inputs["retentionInDays"] == 0.0 {
				found = append(found, s.About(r, "retentionInDays: got nothing, want a number of days"))
			}
		}
		bill := billed(s)
		if bill == nil {
			return found
		}
		return append(found, above(s, "logs", pick(bill, func(line cost.Line) bool {
			return item(line, "logs ")
		}), first(s, logGroupType))...)
	},
}
