package costs

import (
	"fmt"
	"slices"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// NATShare wants no NAT gateway where one costs half of the budget, and few of them later.
var NATShare = rule.Rule{
	ID: "nat-share", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A NAT gateway with its address is 36.50 USD a month before the first byte. In phases 1 and 2 servers have " +
		"addresses of their own, and need none; from phase 3 on a share above the limit is advisory.",
	Fix:        "take away the NAT gateways; private machines reach S3 by a gateway endpoint",
	Source:     costSource,
	Thresholds: shareOf(15, "NAT gateways"),
	Good:       []rule.Example{rule.For(1, machine("t4g.large")), rule.For(3, nat()...)},
	Bad:        []rule.Example{rule.For(1, nat()...), rule.With(rule.In{"phase": 3, "rules": tight}, nat()...)},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		gateways := s.OfType(natType)
		if bill == nil || len(gateways) == 0 {
			return nil
		}
		var addresses []string
		for _, gateway := range gateways {
			addresses = append(addresses, gateway.Options.DependsOn...)
		}
		costs := pick(bill, func(line cost.Line) bool {
			return item(line, "NAT gateway", "data through NAT") ||
				item(line, "public IPv4") && slices.Contains(addresses, line.URN)
		})
		if s.Objective.Phase.Number <= 2 {
			return []rule.Finding{s.About(gateways[0], fmt.Sprintf("got %d NAT gateways for %s a month, want none in phase %d",
				len(gateways), usd(costs), s.Objective.Phase.Number))}
		}
		found := above(s, "NAT gateways", costs, gateways[0].URN)
		for i := range found {
			found[i].Level = rule.Advisory
		}
		return found
	},
}

var tight = rule.In{"nat-share": rule.In{"percent": 0.5}}
