// Package stats says how sure a measurement is: medians, and their confidence intervals by the bootstrap.
package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	resamples = 10_000
	seed      = 1 // the same rounds give the same interval
)

// Estimate is a median with the interval that holds it with 95 % confidence.
type Estimate struct {
	Median, Low, High float64
	N                 int // values it rests on; 0 says that nothing is known
}

// Median returns the middle of values, and NaN for none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return middle(slices.Sorted(slices.Values(values)))
}

// MedianOf returns the median with its percentile bootstrap interval. Below five values
// the interval is too narrow even where it spans all of them.
func MedianOf(values []float64) Estimate {
	if len(values) == 0 {
		return Estimate{Median: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	source := rand.New(rand.NewPCG(seed, uint64(len(values)))) //nolint:gosec // G404: statistics
	medians, sample := make([]float64, resamples), make([]float64, len(values))
	for i := range medians {
		for j := range sample {
			sample[j] = values[source.IntN(len(values))]
		}
		slices.Sort(sample)
		medians[i] = middle(sample)
	}
	slices.Sort(medians)
	return Estimate{
		Median: Median(values), N: len(values),
		Low: medians[resamples*25/1000], High: medians[resamples*975/1000-1],
	}
}

func middle(sorted []float64) float64 {
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Verdict is what an estimate says about a target.
type Verdict string

// Verdicts. Undecided means that the interval holds the target: more rounds or a calmer machine may tell.
const (
	Holds     Verdict = "holds"
	Fails     Verdict = "fails"
	Undecided Verdict = "undecided"
	Unknown   Verdict = "no valid rounds"
)

// AtMost judges against an upper limit.
func (e Estimate) AtMost(limit float64) Verdict {
	switch {
	case e.N == 0:
		return Unknown
	case e.High <= limit:
		return Holds
	case e.Low > limit:
		return Fails
	}
	return Undecided
}

// AtLeast judges against a lower limit.
func (e Estimate) AtLeast(limit float64) Verdict {
	switch {
	case e.N == 0:
		return Unknown
	case e.Low >= limit:
		return Holds
	case e.High < limit:
		return Fails
	}
	return Undecided
}
