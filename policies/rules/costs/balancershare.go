package costs

import (
	"slices"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// BalancerShare wants no load balancer where there is little to balance.
var BalancerShare = rule.Rule{
	ID: "balancer-share", Level: rule.Advisory, Kind: rule.OnStack,
	Why:        "A load balancer in two zones is 23.73 USD a month before the first request: a quarter of phase 1's bill.",
	Fix:        "lead users by names and health checks until there are machines that come and go",
	Source:     costSource,
	Thresholds: shareOf(15, "load balancers"),
	Good:       []rule.Example{rule.For(3, rule.Resource(balancerType, "web", rule.In{"subnets": []any{"a", "b", "c"}}))},
	Bad:        []rule.Example{rule.For(1, rule.Resource(balancerType, "web", rule.In{"subnets": []any{"a", "b"}}))},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		var urns []string
		for _, r := range append(slices.Clone(s.OfType(balancerType)), s.OfType("aws:alb/loadBalancer:LoadBalancer")...) {
			urns = append(urns, r.URN)
		}
		return above(s, "load balancers", pick(bill, func(line cost.Line) bool {
			return slices.Contains(urns, line.URN) && !item(line, "data to the internet")
		}), first(s, balancerType))
	},
}
