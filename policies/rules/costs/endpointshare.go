package costs

import (
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// EndpointShare wants few interface endpoints.
var EndpointShare = rule.Rule{
	ID: "endpoint-share", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:        "An interface endpoint is 7.30 USD a month in each zone: endpoints times zones times regions.",
	Fix:        "reach the services by the machines' own addresses or by NAT; gateway endpoints are free",
	Source:     costSource,
	Thresholds: shareOf(15, "interface endpoints"),
	Good:       []rule.Example{rule.For(1, endpoint("ssm"))},
	Bad:        []rule.Example{rule.For(1, endpoint("ssm"), endpoint("ssmmessages"), endpoint("ec2messages"))},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		return above(s, "interface endpoints", pick(bill, func(line cost.Line) bool {
			return item(line, "interface endpoint", "data through the endpoint")
		}), first(s, endpointType))
	},
}
