package safety

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// Protected wants Pulumi to refuse to delete or replace what holds data.
var Protected = rule.Rule{
	ID: "protected", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "An edit that replaces a database deletes it. What is made again is no data: a bucket that may be deleted " +
		"with its content (forceDestroy), a cache's token.",
	Fix:    "register it with pulumi.Protect(true)",
	Source: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
	Good: []rule.Example{
		{rule.Protected(rule.Resource(volumeType, "data", rule.In{}))},
		{rule.Resource(bucketType, "release", rule.In{"forceDestroy": true})},
	},
	Bad: []rule.Example{
		{rule.Resource(volumeType, "data", rule.In{})},
		{rule.Resource(databaseType, "postgres", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		var found []rule.Finding
		for _, r := range s.Resources {
			forced := r.Inputs["forceDestroy"]
			rebuilt := forced == true || forced == graph.Unknown || strings.Contains(r.URN, "::ladder:cache:")
			if graph.Stateful(r.Type) && !r.Options.Protect && !rebuilt {
				found = append(found, s.About(r, "protect: got false, want true, as it holds data"))
			}
		}
		return found
	},
}
