package cost_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

func TestBreakEven(t *testing.T) {
	t.Parallel()
	// cost.md 4 has 57 without the log that phase 1 archives, 179, and 1,974 with 5 TB of files from a distribution.
	for number, want := range map[int]float64{1: 49.7, 2: 178.5, 3: 2359} {
		resources, load, p := recorded(t, number), traffic.Default(number), phase.Table[number-1]
		ceiling := float64(p.BudgetMaxUSD)
		mean, err := cost.BreakEven(resources, load, p, book(t), today, ceiling)
		require.NoError(t, err)
		require.InEpsilon(t, want, mean, 0.02, number)
		require.Greater(t, mean, load.MeanQPS(), number)
		load.LoadFactor = mean / load.PeakQPS
		require.InEpsilon(t, ceiling, bill(t, number, resources, load).Total.Expected, 0.01)
	}
	low, err := cost.BreakEven(recorded(t, 1), traffic.Default(1), phase.Table[0], book(t), today, 1)
	require.NoError(t, err)
	require.Zero(t, low)
	high, err := cost.BreakEven(nil, traffic.Default(1), phase.Table[0], book(t), today, 1)
	require.NoError(t, err)
	require.InDelta(t, 10000, high, 0.01)
	_, err = cost.BreakEven(nil, traffic.Model{}, phase.Table[0], book(t), today, 1)
	require.Error(t, err)
}
