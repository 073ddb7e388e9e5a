package safety

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/rule"
)

// MultiAZ wants everything in several zones from the phase on that promises to outlive one.
var MultiAZ = rule.Rule{
	ID: "multi-az", Level: rule.Mandatory, Kind: rule.OnResource,
	Types:  []string{databaseType, clusterType, cacheType, groupType},
	Why:    "A zone fails as a whole. From phase 2 on the database, from phase 3 on everything must go on without one.",
	Fix:    "set multiAz or multiAzEnabled, and spread members and subnets over the phase's zones",
	Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
	Good: []rule.Example{
		rule.For(1, rule.Resource(databaseType, "postgres", rule.In{"multiAz": false})),
		rule.For(2, rule.Resource(databaseType, "postgres", rule.In{"multiAz": true})),
		rule.For(3, rule.Resource(groupType, "app", rule.In{"vpcZoneIdentifiers": []any{"subnet-a", "subnet-b"}})),
	},
	Bad: []rule.Example{
		rule.For(2, rule.Resource(databaseType, "postgres", rule.In{"multiAz": false})),
		rule.For(3, rule.Resource(cacheType, "cache", rule.In{"multiAzEnabled": false})),
		rule.For(3, rule.Resource(groupType, "app", rule.In{"vpcZoneIdentifiers": []any{"subnet-a"}})),
		rule.For(3, rule.Resource(clusterType, "aurora", rule.In{}),
			rule.Resource(memberType, "aurora-1", rule.In{}, rule.URN(clusterType, "aurora"))),
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Objective == nil || s.Objective.Phase.Zones < 2 {
			return nil
		}
		switch s.Resource.Type {
		case databaseType:
			if !s.Given("replicateSourceDb") {
				return encrypted(s, s.Block, "multiAz")
			}
			s.Value("replicateSourceDb")
		case cacheType:
			return encrypted(s, s.Block, "multiAzEnabled")
		case clusterType:
			if n := len(s.UsedBy(memberType)); n < 2 {
				return s.Wrong("members", n, "2 or more, so that one takes over")
			}
		case groupType:
			return spread(s)
		}
		return nil
	},
}

func spread(s *rule.Scene) []rule.Finding {
	if n := len(s.Texts("vpcZoneIdentifiers")); n < 2 && !s.Unknown() {
		return s.Wrong("vpcZoneIdentifiers", n, fmt.Sprintf("subnets of %d zones", s.Objective.Phase.Zones))
	}
	return nil
}
