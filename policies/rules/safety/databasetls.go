package safety

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// DatabaseTLS wants connections to PostgreSQL encrypted.
var DatabaseTLS = rule.Rule{
	ID: "database-tls", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType, clusterType},
	Why:    "Without rds.force_ssl a client that is set up wrongly sends its password and its data in the clear.",
	Fix:    "give the database a parameter group of its own with rds.force_ssl = 1",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
	Good: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{}, rule.URN(parametersType, "own")), parameters("1")},
		{rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"})},
	},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{}, rule.URN(parametersType, "own")), parameters("0")},
		{
			rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"}, rule.URN(parametersType, "own")),
			parameters("0"),
		},
		{rule.Resource(clusterType, "aurora", rule.In{"engine": "aurora-postgresql"})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		engine := s.Text("engine")
		if engine != "" && !strings.Contains(engine, "postgres") {
			return nil
		}
		if s.Given("replicateSourceDb") {
			s.Value("replicateSourceDb") // unknown, it may be no copy
		}
		groups := append(s.Needs(parametersType), s.Needs(clusterParamType)...)
		for _, group := range groups {
			for _, parameter := range s.Of(group).Blocks("parameters") {
				if parameter.Text("name") != "rds.force_ssl" {
					continue
				}
				if value := parameter.Text("value"); value != "1" && !s.Unknown() {
					return s.Wrong("rds.force_ssl in "+group.Name, value, `"1"`)
				}
				return nil
			}
		}
		if s.Unknown() || copied(s) { // a copy without a group of its own has that of its source
			return nil
		}
		return s.Wrong("rds.force_ssl", nil, `"1" in the parameter group`)
	},
}

func parameters(force string) graph.Resource {
	return rule.Resource(parametersType, "own", rule.In{
		"family": "postgres17", "parameters": []any{rule.In{"name": "rds.force_ssl", "value": force}},
	})
}
