package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// IPv4Count wants few public addresses.
var IPv4Count = rule.Rule{
	ID: "ipv4-count", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:        "Every public IPv4 address is 3.65 USD a month, whoever has it: machines, load balancers, NAT gateways.",
	Fix:        "give addresses to what users reach, and to nothing else",
	Source:     costSource,
	Thresholds: shareOf(15, "public addresses"),
	Good:       []rule.Example{rule.For(1, addresses(1)...)},
	Bad:        []rule.Example{rule.For(1, addresses(5)...)},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		costs := pick(bill, func(line cost.Line) bool { return item(line, "public IPv4") })
		return above(s, fmt.Sprintf("%.0f public IPv4 addresses", costs/addressUSD), costs, "")
	},
}

const addressUSD = 3.65 // a month [policies/price, PublicIPv4:InUseAddress]
