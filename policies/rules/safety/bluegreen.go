package safety

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/rule"
)

// BlueGreen wants no blue/green update of a database that has replicas.
var BlueGreen = rule.Rule{
	ID: "blue-green", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType},
	Why:    "A blue/green update switches to a new instance, and the replicas go on following the old one.",
	Fix:    "set blueGreenUpdate.enabled to false, or delete the replicas first",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-considerations.html",
	Good: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"blueGreenUpdate": rule.In{"enabled": true}})},
	},
	Bad: []rule.Example{{
		rule.Resource(databaseType, "postgres", rule.In{"blueGreenUpdate": rule.In{"enabled": true}}),
		rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"}, rule.URN(databaseType, "postgres")),
	}},
	Check: func(s *rule.Scene) []rule.Finding {
		replicas := len(s.UsedBy(databaseType))
		if !s.Flag("blueGreenUpdate", "enabled") || replicas == 0 {
			return nil
		}
		return s.Wrong("blueGreenUpdate.enabled", true, fmt.Sprintf("false, as there are replicas: %d", replicas))
	},
}
