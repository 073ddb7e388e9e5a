package phase_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
)

// Each rung carries more, promises more and costs more than the one before.
func TestPhasesClimb(t *testing.T) {
	t.Parallel()
	require.Len(t, phase.Table, 4)
	for i, p := range phase.Table {
		require.Equal(t, i+1, p.Number)
		require.Less(t, p.BudgetMinUSD, p.BudgetMaxUSD)
		if i == 0 {
			continue
		}
		before := phase.Table[i-1]
		require.Greater(t, p.Users, before.Users)
		require.Equal(t, 10*before.PeakQPS, p.PeakQPS)
		require.Less(t, p.P99, before.P99)
		require.Greater(t, p.Availability, before.Availability)
		require.Greater(t, p.BudgetMinUSD, before.BudgetMaxUSD)
	}
}

// What is left open is the phase's; more servers than it has keep their room to grow.
func TestSizes(t *testing.T) {
	t.Parallel()
	third := phase.Table[2].Sizes
	require.Equal(t, third, phase.Sizes{}.Or(third))
	grown := phase.Sizes{AppServers: 6, Readers: 4}.Or(third)
	require.Equal(t, 11, grown.MaxAppServers)
	require.Equal(t, 6, grown.MaxReaders)
	require.Equal(t, 8, phase.Sizes{AppServers: 2}.Or(third).MaxAppServers, "fewer at night are no fewer at the peak")
	require.Equal(t, 7, phase.Sizes{AppServers: 6, MaxAppServers: 7}.Or(third).MaxAppServers)
	require.Equal(t, 5, phase.Sizes{AppServers: 5}.Or(phase.Table[1].Sizes).MaxAppServers, "a fixed number")
}
