package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/rule"
)

const headroom = "ratio"

// BandHeadroom wants room between the bill and its ceiling.
var BandHeadroom = rule.Rule{
	ID: "band-headroom", Level: rule.Advisory, Kind: rule.OnStack,
	Why:    "A bill at its ceiling is above it with the next users, or the next price.",
	Fix:    "take a part that is cheaper, or get the next phase's budget ready",
	Source: costSource,
	Thresholds: []rule.Threshold{
		{Name: headroom, Default: 1.05, Meaning: "ceiling by expected bill, at least"},
	},
	Good: []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad:  []rule.Example{rule.For(1, append(addresses(12), machine("t4g.large"))...)},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil || bill.Total.Expected > ceiling(s) {
			return nil // band-total says it
		}
		least, got := s.Threshold(headroom), ceiling(s)/bill.Total.Expected
		if got >= least {
			return nil
		}
		return []rule.Finding{{Message: fmt.Sprintf("phase %d: got a ceiling of %.0f USD for %s a month, %.2f times as "+
			"much, want %.2f; %s", s.Objective.Phase.Number, ceiling(s), usd(bill.Total.Expected), got, least,
			breakEven(s, ceiling(s)))}}
	},
}
