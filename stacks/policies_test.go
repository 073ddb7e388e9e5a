package stacks_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/stacks"
)

// day the policies are asked on: prices age, and waivers end.
var day = time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)

// The phases as they ship break no mandatory policy; with a name, phase 2 keeps its promise on paper, too.
func TestPoliciesOverEachPhase(t *testing.T) {
	t.Parallel()
	named := map[string]string{"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"}
	for _, stack := range built() {
		for what, set := range map[string]map[string]string{"as it ships": nil, "with a name": named} {
			t.Run(stack+" "+what, func(t *testing.T) {
				t.Parallel()
				g, err := graph.Record(stacks.Run, run(t, stack, set))
				require.NoError(t, err)
				violations := pack.Check(g.Resources, day)
				require.Empty(t, pack.Mandatory(violations))
				var rules []string
				for _, v := range violations {
					rules = append(rules, v.Rule)
				}
				if set == nil && stack == "phase2" {
					require.Contains(t, rules, "slo-paper", "nothing leads a user from a failed server to the other")
				} else {
					require.NotContains(t, rules, "slo-paper")
				}
			})
		}
	}
}
