package safety

import "github.com/ladder-iac/ladder/policies/rule"

// ManagedPassword wants no master password that RDS manages.
var ManagedPassword = rule.Rule{
	ID: "managed-password", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType, clusterType},
	Why:    "RDS gives no read replica and no global database to what manages its own password: the next phase is closed.",
	Fix:    "generate the password, and keep it in Secrets Manager",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
	Good:   []rule.Example{{rule.Resource(databaseType, "postgres", rule.In{"manageMasterUserPassword": false})}},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"manageMasterUserPassword": true})},
		{rule.Resource(clusterType, "aurora", rule.In{"manageMasterUserPassword": true})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if !s.Flag("manageMasterUserPassword") {
			return nil
		}
		return s.Wrong("manageMasterUserPassword", true, "false")
	},
}
