package cost_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/policies/cost"
)

func TestDefaultTraffic(t *testing.T) {
	t.Parallel()
	for number, mean := range map[int]float64{1: 11.57, 2: 115.7, 3: 1157, 4: 11574} {
		traffic := cost.DefaultTraffic(number)
		require.NoError(t, traffic.Validate())
		require.InEpsilon(t, mean, traffic.MeanQPS(), 0.001)
		require.Equal(t, phase.Table[number-1].Users, traffic.Users)
		require.InDelta(t, 0.1157, traffic.LoadFactor, 0.0001)
	}
	require.Error(t, cost.DefaultTraffic(5).Validate(), "there is no phase 5")
}

func TestBadTrafficIsRefused(t *testing.T) {
	t.Parallel()
	bad := cost.DefaultTraffic(2)
	bad.Users, bad.PeakQPS, bad.LoadFactor = -1, -5, 1.2
	bad.WriteShare, bad.CacheHit, bad.LogSample = -0.1, 1.5, 2
	bad.ResponseBytes, bad.QueriesPerRead, bad.Hops = math.NaN(), 0, 0
	bad.DatabaseGB = math.Inf(1)
	err := bad.Validate()
	for _, mistake := range []string{
		"traffic: Users is -1; want 0 or more",
		"traffic: PeakQPS is -5; want requests a second above 0, such as the phase's",
		"traffic: LoadFactor is 1.2; want mean load by peak load, above 0 and at most 1; " +
			"0.1157 is 100 requests a user and day",
		"traffic: WriteShare is -0.1; want a share of 0 to 1",
		"traffic: CacheHit is 1.5; want a share of 0 to 1",
		"traffic: LogSample is 2; want a share of 0 to 1",
		"traffic: QueriesPerRead is 0; want 1 or more",
		"traffic: Hops is 0; want 1 or more",
		"traffic: ResponseBytes is NaN; want 0 or more",
		"traffic: DatabaseGB is +Inf; want 0 or more",
	} {
		require.ErrorContains(t, err, mistake)
	}
	_, err = cost.Estimate(nil, bad, phase.Table[0], book(t), today)
	require.ErrorContains(t, err, "CacheHit", "the estimate refuses it, too")

	none := cost.DefaultTraffic(1)
	none.LoadFactor = 0
	require.ErrorContains(t, none.Validate(), "LoadFactor is 0")
}
