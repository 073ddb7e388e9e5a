package safety

import "github.com/ladder-iac/ladder/policies/rule"

// TopicEncrypted wants topics encrypted.
var TopicEncrypted = rule.Rule{
	ID: "topic-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{topicType},
	Why:    "Events carry users' data, and alerts the names of what is broken.",
	Fix:    "set kmsMasterKeyId to the stack's key, and let the services that publish use it",
	Source: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
	Good:   []rule.Example{{rule.Resource(topicType, "alerts", rule.In{"kmsMasterKeyId": ownKey})}},
	Bad: []rule.Example{
		{rule.Resource(topicType, "alerts", rule.In{})},
		{rule.Resource(topicType, "alerts", rule.In{"kmsMasterKeyId": "alias/aws/sns"})},
	},
	Check: func(s *rule.Scene) []rule.Finding { return ownKeyGiven(s, "kmsMasterKeyId") },
}
