package safety

import "github.com/ladder-iac/ladder/policies/rule"

// InlineRules wants the rules of a security group as resources.
var InlineRules = rule.Rule{
	ID: "inline-rules", Level: rule.Mandatory, Kind: rule.OnResource,
	Types: []string{firewallType, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"},
	Why: "Rules within a group and rules beside it delete each other at every update, and rules within it escape the " +
		"check of open ports.",
	Fix:    "make each rule a SecurityGroupIngressRule or SecurityGroupEgressRule",
	Source: "https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
	Good:   []rule.Example{{rule.Resource(firewallType, "app", rule.In{"vpcId": "vpc-0"})}},
	Bad: []rule.Example{
		{rule.Resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", rule.In{
			"ingress": []any{rule.In{"protocol": "-1", "cidrBlocks": []any{"0.0.0.0/0"}}},
		})},
		{rule.Resource(firewallType, "app", rule.In{"ingress": []any{ingress("10.0.0.0/16", 80, 80)}})},
		{rule.Resource(firewallType, "app", rule.In{"egress": []any{ingress("0.0.0.0/0", 443, 443)}})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		for _, side := range []string{"ingress", "egress"} {
			if n := len(s.Blocks(side)); n > 0 {
				return s.Wrong(side, n, "no rules within the group")
			}
		}
		return nil
	},
}
