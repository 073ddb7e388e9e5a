package safety

import "github.com/ladder-iac/ladder/policies/rule"

// CacheTLS wants connections to the cache encrypted.
var CacheTLS = rule.Rule{
	ID: "cache-tls", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{cacheType, cacheClusterType},
	Why:    "A cache without TLS takes no password either: whoever reaches its port reads it.",
	Fix:    "set transitEncryptionEnabled to true and transitEncryptionMode to required",
	Source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
	Good: []rule.Example{
		{rule.Resource(cacheType, "cache", rule.In{
			"transitEncryptionEnabled": true, "transitEncryptionMode": "required",
		})},
		{rule.Resource(cacheClusterType, "node", rule.In{"replicationGroupId": "cache"})},
	},
	Bad: []rule.Example{
		{rule.Resource(cacheType, "cache", rule.In{"transitEncryptionEnabled": false})},
		{rule.Resource(cacheClusterType, "cache", rule.In{"engine": "redis"})},
		{rule.Resource(cacheType, "cache", rule.In{"transitEncryptionEnabled": true, "transitEncryptionMode": "preferred"})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Resource.Type == cacheClusterType && s.Given("replicationGroupId") { // a node of a group
			return nil
		}
		if found := encrypted(s, s.Block, "transitEncryptionEnabled"); found != nil {
			return found
		}
		if mode := s.Text("transitEncryptionMode"); mode == "preferred" {
			return s.Wrong("transitEncryptionMode", mode, `"required"`)
		}
		return nil
	},
}
