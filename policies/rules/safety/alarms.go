package safety

import "github.com/ladder-iac/ladder/policies/rule"

// Alarms wants a stack that serves users to be watched.
var Alarms = rule.Rule{
	ID: "alarms", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:    "A promise of availability that nobody measures is kept by chance; users should not be the alarm.",
	Fix:    "add the component monitor",
	Source: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/monitor-workload-resources.html",
	Good: []rule.Example{
		{rule.Resource(instanceType, "server", rule.In{}), rule.Resource(alarmType, "errors", rule.In{})},
		{rule.Resource(bucketType, "files", rule.In{})},
	},
	Bad: []rule.Example{
		{rule.Resource(instanceType, "server", rule.In{})},
		{rule.Resource(groupType, "app", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if !serves(s) || len(s.OfType(alarmType)) > 0 {
			return nil
		}
		return []rule.Finding{{Message: "stack: got no alarms, want those of its objectives"}}
	},
}

// serves says whether a stack has machines or databases.
func serves(s *rule.Scene) bool {
	for _, kind := range []string{instanceType, groupType, databaseType, clusterType, "aws:eks/cluster:Cluster"} {
		if len(s.OfType(kind)) > 0 {
			return true
		}
	}
	return false
}
