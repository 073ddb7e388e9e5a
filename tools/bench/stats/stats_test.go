package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{5, 1, 3}, 3},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		if got := Median(test.values); got != test.want {
			t.Errorf("%v: got %v, want %v", test.values, got, test.want)
		}
	}
	if !math.IsNaN(Median(nil)) {
		t.Error("the median of nothing is a number")
	}
}

func TestMedianLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	values := []float64{3, 1, 2}
	Median(values)
	MedianOf(values)
	if values[0] != 3 || values[1] != 1 || values[2] != 2 {
		t.Errorf("got %v", values)
	}
}

// The interval must hold the true median about 95 times of 100: of a skewed distribution, as latencies are.
func TestIntervalCovers(t *testing.T) {
	t.Parallel()
	const trials, size = 200, 25
	source := rand.New(rand.NewPCG(7, 7))
	covered := 0
	for range trials {
		values := make([]float64, size)
		for i := range values {
			values[i] = source.ExpFloat64()
		}
		if e := MedianOf(values); e.Low <= math.Ln2 && math.Ln2 <= e.High {
			covered++
		}
	}
	if covered < trials*88/100 {
		t.Errorf("covered %d of %d, want about 190", covered, trials)
	}
}

func TestIntervalIsRepeatable(t *testing.T) {
	t.Parallel()
	values := []float64{1.1, 1.3, 1.2, 1.9, 1.25, 1.22, 1.18}
	a, b := MedianOf(values), MedianOf(values)
	if a != b {
		t.Errorf("got %v, then %v", a, b)
	}
	if a.Low > a.Median || a.High < a.Median || a.Low < 1.1 || a.High > 1.9 {
		t.Errorf("got %v", a)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	e := Estimate{Median: 1.2, Low: 1.1, High: 1.4, N: 7}
	for limit, want := range map[float64]Verdict{1.4: Holds, 1.3: Undecided, 1.0: Fails} {
		if got := e.AtMost(limit); got != want {
			t.Errorf("at most %v: got %q, want %q", limit, got, want)
		}
	}
	for limit, want := range map[float64]Verdict{1.1: Holds, 1.3: Undecided, 1.5: Fails} {
		if got := e.AtLeast(limit); got != want {
			t.Errorf("at least %v: got %q, want %q", limit, got, want)
		}
	}
	if got := MedianOf(nil).AtMost(9); got != Unknown {
		t.Errorf("nothing: got %q", got)
	}
}
