package costs

import (
	"fmt"
	"slices"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// DBClass wants a database that is not the whole bill.
var DBClass = rule.Rule{
	ID: "db-class", Level: rule.Advisory, Kind: rule.OnStack,
	Why:    "The next larger class doubles the bill of every instance at once; a cache or a query is often cheaper.",
	Fix:    "take the class that carries the peak, and no larger one",
	Source: costSource,
	Thresholds: []rule.Threshold{
		{Name: share, Default: 55, Meaning: "of the expected bill that databases may cost"},
	},
	Good: []rule.Example{rule.For(2, machine("c7g.xlarge"), postgres("db.t4g.medium", "17"))},
	Bad:  []rule.Example{rule.For(2, machine("t4g.small"), postgres("db.m7g.large", "17"))},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil || bill.Total.Expected == 0 {
			return nil
		}
		var urns []string
		for _, kind := range []string{
			databaseType, clusterType, memberType, "aws:appautoscaling/target:Target", "aws:rds/proxy:Proxy",
		} {
			for _, r := range s.OfType(kind) {
				urns = append(urns, r.URN)
			}
		}
		costs := pick(bill, func(line cost.Line) bool { return slices.Contains(urns, line.URN) })
		most := bill.Total.Expected * s.Threshold(share) / 100
		if costs <= most {
			return nil
		}
		return []rule.Finding{{URN: urns[0], Message: fmt.Sprintf("databases: got %s a month of a bill of %s, want at most "+
			"%s, %v %% of it", usd(costs), usd(bill.Total.Expected), usd(most), s.Threshold(share))}}
	},
}
