package safety

import "github.com/ladder-iac/ladder/policies/rule"

// RDSEncrypted wants the storage of RDS encrypted. A replica in the same region is encrypted as its source, and stays
// so when it is promoted: without engine, user and snapshot it was a replica once.
var RDSEncrypted = rule.Rule{
	ID: "rds-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType},
	Why:    "Storage that was created in the clear can be encrypted only by copying the database to another one.",
	Fix:    "set storageEncrypted to true and kmsKeyId to the stack's key before the first update",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
	Good: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"storageEncrypted": true, "kmsKeyId": ownKey})},
		{rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"})},
		{rule.Resource(databaseType, "promoted", rule.In{"storageEncrypted": true})},
	},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"storageEncrypted": false})},
		{rule.Resource(databaseType, "postgres", rule.In{"storageEncrypted": true, "engine": "postgres"})},
		{rule.Resource(databaseType, "restored", rule.In{"storageEncrypted": true, "snapshotIdentifier": "last"})},
	},
	Check: databaseEncrypted,
}

func databaseEncrypted(s *rule.Scene) []rule.Finding {
	if s.Given("replicateSourceDb") {
		s.Value("replicateSourceDb")
		return nil
	}
	if found := encrypted(s, s.Block, "storageEncrypted"); found != nil || copied(s) {
		return found
	}
	if s.Resource.Type == databaseType && !s.Given("engine") && !s.Given("username") && !s.Given("snapshotIdentifier") {
		return nil
	}
	return ownKeyGiven(s, "kmsKeyId")
}
