package safety

import "github.com/ladder-iac/ladder/policies/rule"

// AuroraEncrypted wants the storage of Aurora encrypted.
var AuroraEncrypted = rule.Rule{
	ID: "aurora-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{clusterType, globalType},
	Why:    "A cluster that was created in the clear can be encrypted only by restoring a snapshot into another one.",
	Fix:    "set storageEncrypted to true and, on the cluster, kmsKeyId to the stack's key before the first update",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html",
	Good: []rule.Example{
		{rule.Resource(clusterType, "aurora", rule.In{"storageEncrypted": true, "kmsKeyId": ownKey})},
		{rule.Resource(globalType, "aurora", rule.In{"storageEncrypted": true})},
		{rule.Resource(globalType, "aurora", rule.In{"sourceDbClusterIdentifier": "aurora"})},
	},
	Bad: []rule.Example{
		{rule.Resource(clusterType, "aurora", rule.In{"storageEncrypted": false})},
		{rule.Resource(clusterType, "aurora", rule.In{"storageEncrypted": true})},
		{rule.Resource(globalType, "aurora", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Resource.Type == clusterType {
			return databaseEncrypted(s)
		}
		if s.Given("sourceDbClusterIdentifier") {
			s.Value("sourceDbClusterIdentifier") // as its cluster
			return nil
		}
		return encrypted(s, s.Block, "storageEncrypted")
	},
}
