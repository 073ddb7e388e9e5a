package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// PerRequestEdge wants nothing before the API that is paid by the request.
var PerRequestEdge = rule.Rule{
	ID: "per-request-edge", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "One request a second for a month is 2.63 USD at CloudFront or an HTTP API, 9.20 at a REST API, 1.58 at WAF: " +
		"at the load of phases 3 and 4 each of them alone is more than the budget.",
	Fix:        "keep CloudFront and WAF before pages and files; let the API's requests come to the load balancer",
	Source:     costSource,
	Thresholds: shareOf(20, "services that are paid by the request"),
	Good:       []rule.Example{rule.For(3, rule.Resource(edgeType, "files", edge("GET", "HEAD")))},
	Bad: []rule.Example{
		rule.For(3, rule.Resource(edgeType, "api", edge("GET", "HEAD", "POST"))),
		rule.For(3, rule.Resource("aws:apigatewayv2/api:Api", "api", rule.In{"protocolType": "HTTP"})),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		urn := ""
		costs := pick(bill, func(line cost.Line) bool {
			paid := item(line, "requests to CloudFront", "requests to WAF", "requests to API Gateway")
			if paid && line.Expected > 0 {
				urn = line.URN
			}
			return paid
		})
		return above(s, fmt.Sprintf("services paid by the request, at %.0f requests a month", s.Objective.Traffic.Requests()),
			costs, urn)
	},
}

func edge(methods ...any) rule.In {
	return rule.In{"defaultCacheBehavior": rule.In{"allowedMethods": methods}}
}
