package costs

import (
	"fmt"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// S3Endpoint wants what is for S3 to pass NAT gateways by.
var S3Endpoint = rule.Rule{
	ID: "s3-endpoint", Level: rule.Advisory, Kind: rule.OnStack,
	Why:    "What private machines load from S3 passes the NAT gateway at 0.045 USD a GB; a gateway endpoint is free.",
	Fix:    "add a gateway endpoint of S3 to the network",
	Source: costSource,
	Good:   []rule.Example{rule.For(3, append(nat(), gateway)...)},
	Bad:    []rule.Example{rule.For(3, nat()...)},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		gateways := s.OfType(natType)
		if bill == nil || len(gateways) == 0 {
			return nil
		}
		saved := without(s, bill, func(resources []graph.Resource) []graph.Resource {
			added := gateway
			added.Options.Provider = gateways[0].Options.Provider
			return append(resources, added)
		})
		if saved < 0.01 || hasGateway(s) {
			return nil
		}
		return []rule.Finding{s.About(gateways[0], fmt.Sprintf("S3 through NAT: got %s a month, want 0.00 by an endpoint",
			usd(saved)))}
	},
}

func hasGateway(s *rule.Scene) bool {
	for _, r := range s.OfType(endpointType) {
		kind, service := s.Of(r).Text("vpcEndpointType"), s.Of(r).Text("serviceName")
		if kind != "Interface" && strings.HasSuffix(service, ".s3") {
			return true
		}
	}
	return false
}

var gateway = rule.Resource(endpointType, "s3", rule.In{
	"vpcEndpointType": "Gateway", "serviceName": "com.amazonaws.us-east-1.s3",
})
