package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// BurstCredits wants burstable machines only where the mean load is below their baseline.
var BurstCredits = rule.Rule{
	ID: "burst-credits", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A T class sustains a fifth to two fifths of its processors. Above that, one with unlimited credits is billed " +
		"by the vCPU hour, and one with standard credits slows down at the peak.",
	Fix:    "take a class that is not burstable, or a larger one",
	Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html",
	Good:   []rule.Example{rule.For(1, machine("t4g.large"))},
	Bad: []rule.Example{
		rule.With(rule.In{"traffic": rule.In{"peakQps": 2000, "loadFactor": 1}}, machine("t4g.large")),
		rule.With(rule.In{"traffic": rule.In{"peakQps": 2000, "loadFactor": 1}}, standard()),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		var found []rule.Finding
		for _, line := range bill.Lines {
			if item(line, "processor credits") && line.Expected > 0.005 {
				found = append(found, rule.Finding{URN: line.URN, Message: fmt.Sprintf("%s: got %s a month, want 0.00 at a "+
					"mean of %.0f requests/s", line.Item, usd(line.Expected), s.Objective.Traffic.MeanQPS())})
			}
		}
		limits := cost.Capacity(s.Resources, s.Objective.Traffic, s.Objective.Phase)
		for _, part := range limits.Parts {
			if part.Name == "processor credits" && part.QPS < s.Objective.Traffic.PeakQPS {
				found = append(found, rule.Finding{Message: fmt.Sprintf("processor credits: got enough for a peak of %.0f "+
					"requests/s (%s), want %.0f", part.QPS, part.Arithmetic, s.Objective.Traffic.PeakQPS)})
			}
		}
		return found
	},
}
