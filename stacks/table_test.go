package stacks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/stacks"
)

// Each rung carries more, promises more and costs more than the one before.
func TestPhasesClimb(t *testing.T) {
	t.Parallel()
	require.Len(t, stacks.Phases, 4)
	for i, p := range stacks.Phases {
		require.Equal(t, i+1, p.Number)
		require.Less(t, p.BudgetMinUSD, p.BudgetMaxUSD)
		if i == 0 {
			continue
		}
		before := stacks.Phases[i-1]
		require.Greater(t, p.Users, before.Users)
		require.Equal(t, 10*before.PeakQPS, p.PeakQPS)
		require.Less(t, p.P99, before.P99)
		require.Greater(t, p.Availability, before.Availability)
		require.Greater(t, p.BudgetMinUSD, before.BudgetMaxUSD)
	}
}
