package cost

import (
	"time"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/price"
)

// BreakEven returns the mean load, in requests a second, at which the expected bill reaches so many USD a month: the
// headroom of a budget in what the users do. The peak stays until the mean passes it. 0 when the bill is higher
// without any users to speak of, and the most that is asked for, a hundred times the peak, when it is never reached.
func BreakEven(
	resources []graph.Resource, t traffic.Model, p phase.Phase, book *price.Book, on time.Time, usd float64,
) (float64, error) {
	within := func(mean float64) (bool, error) {
		load := t
		load.PeakQPS = max(t.PeakQPS, mean)
		load.LoadFactor = mean / load.PeakQPS
		bill, err := Estimate(resources, load, p, book, on)
		return err == nil && bill.Total.Expected <= usd, err
	}
	const most, least, precision = 100, 1e-6, 0.001 // of the peak; of the result
	low, high := t.PeakQPS*least, t.PeakQPS*most
	if ok, err := within(low); err != nil || !ok {
		return 0, err
	}
	if ok, err := within(high); err != nil || ok {
		return high, err
	}
	for high-low > precision*high {
		middle := (low + high) / 2
		ok, err := within(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}
