package cost_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/policies/cost"
)

func TestBreakEven(t *testing.T) {
	t.Parallel()
	// cost.md 4 has 57 without the log that phase 1 archives, 179 without static files, and 1,974.
	for number, want := range map[int]float64{1: 49, 2: 127, 3: 1989} {
		resources, traffic, p := recorded(t, number), cost.DefaultTraffic(number), phase.Table[number-1]
		ceiling := float64(p.BudgetMaxUSD)
		mean, err := cost.BreakEven(resources, traffic, p, book(t), today, ceiling)
		require.NoError(t, err)
		require.InEpsilon(t, want, mean, 0.02, number)
		require.Greater(t, mean, traffic.MeanQPS(), number)
		traffic.LoadFactor = mean / traffic.PeakQPS
		require.InEpsilon(t, ceiling, bill(t, number, resources, traffic).Total.Expected, 0.01)
	}
	low, err := cost.BreakEven(recorded(t, 1), cost.DefaultTraffic(1), phase.Table[0], book(t), today, 1)
	require.NoError(t, err)
	require.Zero(t, low)
	high, err := cost.BreakEven(nil, cost.DefaultTraffic(1), phase.Table[0], book(t), today, 1)
	require.NoError(t, err)
	require.InDelta(t, 10000, high, 0.01)
	_, err = cost.BreakEven(nil, cost.Traffic{}, phase.Table[0], book(t), today, 1)
	require.Error(t, err)
}
