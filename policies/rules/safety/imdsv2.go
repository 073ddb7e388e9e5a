package safety

import "github.com/ladder-iac/ladder/policies/rule"

// IMDSv2 wants sessions at the metadata service.
var IMDSv2 = rule.Rule{
	ID: "imdsv2", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{instanceType, templateType},
	Why: "With version 1 of the metadata service, a request that an attacker makes the app send returns the " +
		"machine's credentials.",
	Fix:    "set metadataOptions.httpTokens to required",
	Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
	Good: []rule.Example{
		{rule.Resource(instanceType, "server", rule.In{"metadataOptions": rule.In{"httpTokens": "required"}})},
	},
	Bad: []rule.Example{
		{rule.Resource(instanceType, "server", rule.In{"metadataOptions": rule.In{"httpTokens": "optional"}})},
		{rule.Resource(templateType, "app", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		tokens := s.Value("metadataOptions", "httpTokens")
		if tokens == "required" || s.Unknown() {
			return nil
		}
		return s.Wrong("metadataOptions.httpTokens", tokens, `"required"`)
	},
}
