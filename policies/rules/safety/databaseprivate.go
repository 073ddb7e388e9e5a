package safety

import "github.com/ladder-iac/ladder/policies/rule"

// DatabasePrivate wants no database with a public address.
var DatabasePrivate = rule.Rule{
	ID: "database-private", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType, memberType},
	Why:    "A database with a public address is one password, or one bug of PostgreSQL, away from everybody.",
	Fix:    "set publiclyAccessible to false, and reach it from inside the network",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
	Good:   []rule.Example{{rule.Resource(databaseType, "postgres", rule.In{"publiclyAccessible": false})}},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"publiclyAccessible": true})},
		{rule.Resource(memberType, "aurora-1", rule.In{"publiclyAccessible": true})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if !s.Flag("publiclyAccessible") {
			return nil
		}
		return s.Wrong("publiclyAccessible", true, "false")
	},
}
