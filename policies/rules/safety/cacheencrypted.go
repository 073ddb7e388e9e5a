package safety

import "github.com/ladder-iac/ladder/policies/rule"

// CacheEncrypted wants the cache encrypted at rest.
var CacheEncrypted = rule.Rule{
	ID: "cache-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{cacheType, cacheClusterType},
	Why:    "A cache writes users' data to disk when it copies itself to a replica, and cannot be encrypted later.",
	Fix:    "make it a replication group with atRestEncryptionEnabled true",
	Source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
	Good: []rule.Example{
		{rule.Resource(cacheType, "cache", rule.In{"atRestEncryptionEnabled": true})},
		{rule.Resource(cacheClusterType, "node", rule.In{"replicationGroupId": "cache"})},
	},
	Bad: []rule.Example{
		{rule.Resource(cacheType, "cache", rule.In{"atRestEncryptionEnabled": false})},
		{rule.Resource(cacheClusterType, "cache", rule.In{"engine": "redis"})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Resource.Type == cacheClusterType {
			if s.Given("replicationGroupId") { // a node of a group
				return nil
			}
			return s.Wrong("replicationGroupId", nil, "a replication group: a cluster alone cannot be encrypted")
		}
		return encrypted(s, s.Block, "atRestEncryptionEnabled")
	},
}
