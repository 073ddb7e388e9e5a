package safety

import "github.com/ladder-iac/ladder/policies/rule"

// DeletionProtection wants databases that AWS itself refuses to delete.
var DeletionProtection = rule.Rule{
	ID: "deletion-protection", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType, clusterType},
	Why:    "Pulumi's protection does not hold a hand in the console, or another program.",
	Fix:    "set deletionProtection to true; take it off in an update of its own before a database goes",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
	Good: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"deletionProtection": true})},
		{rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"})},
	},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"deletionProtection": false})},
		{rule.Resource(clusterType, "aurora", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Given("replicateSourceDb") {
			s.Value("replicateSourceDb")
			return nil
		}
		return encrypted(s, s.Block, "deletionProtection")
	},
}
