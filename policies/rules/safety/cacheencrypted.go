package safety

import "github.com/ladder-iac/ladder/policies/rule"

// CacheEncrypted wants the cache encrypted at rest.
var CacheEncrypted = rule.Rule{
	ID: "cache-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{cacheType},
	Why:    "A cache writes users' data to disk when it copies itself to a replica, and cannot be encrypted later.",
	Fix:    "set atRestEncryptionEnabled to true",
	Source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
	Good:   []rule.Example{{rule.Resource(cacheType, "cache", rule.In{"atRestEncryptionEnabled": true})}},
	Bad:    []rule.Example{{rule.Resource(cacheType, "cache", rule.In{"atRestEncryptionEnabled": false})}},
	Check: func(s *rule.Scene) []rule.Finding {
		return encrypted(s, s.Block, "atRestEncryptionEnabled")
	},
}
