package costs

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/policies/rule"
)

const ageDays = "days"

// PriceAge wants prices that were looked at lately.
var PriceAge = rule.Rule{
	ID: "price-age", Level: rule.Advisory, Kind: rule.OnStack,
	Why:        "AWS changes list prices seldom, but it does, and a row cannot know.",
	Fix:        "run `ladder prices refresh`",
	Source:     costSource,
	Thresholds: []rule.Threshold{{Name: ageDays, Default: 180, Meaning: "that the source of a price may be old"}},
	Good:       []rule.Example{rule.For(1, rule.Resource("aws:ec2/vpc:Vpc", "net", rule.In{}))},
	Bad: []rule.Example{
		rule.With(rule.In{"rules": rule.In{"price-age": rule.In{"days": 1}}}, machine("t4g.large")),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		days := s.Threshold(ageDays)
		before := s.On.AddDate(0, 0, -int(days))
		old, oldest := map[string]bool{}, price.Price{}
		usd := 0.0
		for _, line := range bill.Lines {
			stale := false
			for _, p := range line.Prices {
				if !p.Date.Before(before) {
					continue
				}
				stale = true
				old[p.Service+p.Key+p.Region] = true
				if oldest.Key == "" || older(p, oldest) {
					oldest = p
				}
			}
			if stale {
				usd += line.Expected
			}
		}
		if len(old) == 0 {
			return nil
		}
		return []rule.Finding{{Message: fmt.Sprintf("prices: got %d older than %v days, which %.2f of %.2f USD a month rest "+
			"on, want none; the oldest is %s %s of %s", len(old), days, usd, bill.Total.Expected, oldest.Service, oldest.Key,
			oldest.Date.Format(time.DateOnly))}}
	},
}

// older prefers one of those of the same day by its name: which comes first in a bill depends on what is known.
func older(a, b price.Price) bool {
	return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Key, b.Key)) < 0
}
