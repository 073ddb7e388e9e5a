package costs

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

const floorName, ceilingName = "floor", "ceiling"

// BandTotal wants the bill in the band of the phase.
var BandTotal = rule.Rule{
	ID: "band-total", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A bill above the band is one that nobody agreed to; one below it is another phase's, or has something " +
		"left out.",
	Fix: "take the dearest part back, or give the traffic that is really expected; below the floor, give it what it " +
		"lacks",
	Source: costSource,
	Thresholds: []rule.Threshold{
		{Name: floorName, Meaning: "USD a month, at least; 0 is the phase's"},
		{Name: ceilingName, Meaning: "USD a month, at most; 0 is the phase's"},
	},
	Good: []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad:  []rule.Example{rule.For(1, machine("m7g.xlarge")), rule.For(1, machine("t4g.small"))},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		least := cmp.Or(s.Threshold(floorName), float64(s.Objective.Phase.BudgetMinUSD))
		most := cmp.Or(s.Threshold(ceilingName), ceiling(s))
		total := bill.Total.Expected
		if least <= total && total <= most {
			return nil
		}
		text := fmt.Sprintf("phase %d: got %s a month (%.2f fixed, %.2f with use), want %.0f to %.0f",
			s.Objective.Phase.Number, usd(total), bill.Fixed.Expected, bill.Usage.Expected, least, most)
		if total > most {
			text += fmt.Sprintf("; dearest are %s; %s", dearest(bill), breakEven(s, most))
		}
		return []rule.Finding{{Message: text}}
	},
}

// breakEven says at what load the budget is spent.
func breakEven(s *rule.Scene, most float64) string {
	mean := s.Objective.Traffic.MeanQPS()
	qps := s.BreakEven(most)
	if qps == 0 {
		return fmt.Sprintf("it is more than the ceiling without any users (the stated mean is %.0f requests/s)", mean)
	}
	return fmt.Sprintf("the ceiling is reached at a mean of %.0f requests/s (the stated mean is %.0f)", qps, mean)
}

func dearest(bill *cost.Bill) string {
	var parts []string
	for _, sum := range bill.ByComponent()[:min(3, len(bill.ByComponent()))] {
		parts = append(parts, fmt.Sprintf("%s %.2f", sum.Name, sum.Expected))
	}
	return strings.Join(parts, ", ")
}
