package main

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/load"
	"github.com/ladder-iac/ladder/tools/bench/peer"
	"github.com/ladder-iac/ladder/tools/bench/stats"
)

func loaded(cpu float64, latency time.Duration, invalid ...string) segment {
	s := segment{cpu: cpu, invalid: invalid, Result: load.Result{
		Took: time.Second, Sent: 1000, Latency: load.NewHistogram(), Lag: load.NewHistogram(),
	}}
	_ = s.Latency.RecordValues(latency.Microseconds(), 1000)
	return s
}

// rounds returns a run in which the machine gets slower, and the app is always twice as dear as the bare thing.
func rounds(count int) *bench {
	b := &bench{options: options{rounds: count, workloads: []string{workRead}}, rates: map[string]float64{workRead: 10}}
	for round := range count {
		drift := float64(1 + round)
		for _, name := range []string{peer.PGX, peer.App, peer.App, peer.PGX} {
			cost := 100.0
			if name == peer.App {
				cost = 200
			}
			s := loaded(cost*drift, time.Duration(cost*drift)*time.Microsecond)
			b.visits = append(b.visits, visit{name, workRead, round, s, s})
		}
	}
	return b
}

func TestRatioIsTakenInEachRound(t *testing.T) {
	t.Parallel()
	c := rounds(7).ratio(workRead, peer.App, peer.PGX, atRate, cpu)
	if c.Median != 2 || c.Low != 2 || c.High != 2 || c.valid != 7 {
		t.Errorf("got %+v, want 2 without any doubt: the drift hits both alike", c)
	}
	if got := rounds(7).ratio(workRead, peer.App, peer.PGX, atRate, p99).Median; math.Abs(got-2) > 0.01 {
		t.Errorf("p99: got %v, want 2", got)
	}
}

func TestInvalidVisitSpoilsItsRound(t *testing.T) {
	t.Parallel()
	b := rounds(6)
	b.visits[0].open = loaded(1, time.Hour, "steal")
	c := b.ratio(workRead, peer.App, peer.PGX, atRate, cpu)
	if c.valid != 5 || c.Median != 2 || !c.sound() {
		t.Errorf("got %+v, want five valid rounds", c)
	}
	if c := b.ratio(workRead, peer.App, peer.PGX, atPeak, cpu); c.valid != 6 {
		t.Errorf("the other load: got %+v, want it untouched", c)
	}
	b.visits[4].open.invalid = []string{"lag"}
	if c := b.ratio(workRead, peer.App, peer.PGX, atRate, cpu); c.sound() || c.N != 6 {
		t.Errorf("got %+v, want four valid rounds not to be sound, and all six shown", c)
	}
	loads, count, reasons := b.rejected(workRead, peer.PGX)
	if loads != 24 || count != 2 || !slices.Equal(reasons, []string{"lag", "steal"}) {
		t.Errorf("got %d of %d, %q", count, loads, reasons)
	}
}

func TestSpoiltLoadIsRepeated(t *testing.T) {
	t.Parallel()
	b := rounds(1)
	b.repeats = 2
	for name, test := range map[string]struct {
		seen           []segment
		loads, invalid int
	}{
		"calm":             {[]segment{{}}, 1, 0},
		"spoilt once":      {[]segment{{invalid: []string{"lag"}}, {}}, 2, 1},
		"spoilt always":    {slices.Repeat([]segment{{invalid: []string{"lag"}}}, 3), 3, 3},
		"the peer's doing": {[]segment{{invalid: []string{"failed"}, refused: true}}, 1, 1},
	} {
		turn := 0
		got, err := b.again(func() (segment, error) {
			turn++
			return test.seen[turn-1], nil
		})
		if err != nil || turn != test.loads {
			t.Errorf("%s: got %d loads, %v", name, turn, err)
		}
		b.visits = []visit{{peer.App, workRead, 0, segment{}, got}}
		if loads, invalid, _ := b.rejected(workRead, peer.App); loads != test.loads+1 || invalid != test.invalid {
			t.Errorf("%s: got %d of %d, want %d of %d", name, invalid, loads, test.invalid, test.loads+1)
		}
	}
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(*segment)
		want  bool
	}{
		"calm":      {func(*segment) {}, true},
		"lag":       {func(s *segment) { _ = s.Lag.RecordValues(1200, 20) }, false},
		"rare lag":  {func(s *segment) { _ = s.Lag.RecordValues(1200, 5) }, true},
		"generator": {func(s *segment) { s.ownCPU = 0.7 }, false},
		"steal":     {func(s *segment) { s.steal = 0.03 }, false},
		"refused":   {func(s *segment) { s.Failed = 2 }, false},
		"dropped":   {func(s *segment) { s.Dropped = 2 }, false},
		"nothing":   {func(s *segment) { s.Sent = 0 }, false},
	} {
		s := loaded(1, time.Millisecond)
		_ = s.Lag.RecordValues(50, 1000)
		test.spoil(&s)
		s.judge()
		s.judgeGenerator()
		if s.valid() != test.want {
			t.Errorf("%s: got %q, want valid %v", name, s.invalid, test.want)
		}
	}
}

func TestReportMarksWhatIsNotSound(t *testing.T) {
	t.Parallel()
	b := rounds(7)
	b.peers, b.items = []*process{{name: peer.PGX}, {name: peer.App}}, newItems(make([]string, 10), 5)
	report := func() string {
		var text strings.Builder
		if err := b.report(&text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	if got := report(); !strings.Contains(got, "≤ 1.3 | 2.00 | 2.00–2.00 | 7 of 7 | "+string(stats.Fails)) ||
		strings.Contains(got, "⚠") {
		t.Errorf("got:\n%s", got)
	}
	for i := range b.visits {
		b.visits[i].open.invalid = []string{"steal 9.0 %"}
	}
	if got := report(); !strings.Contains(got, "0 of 7 | too few valid rounds") || !strings.Contains(got, "⚠") ||
		!strings.Contains(got, "steal 9.0 %") {
		t.Errorf("got:\n%s", got)
	}
}

func TestZipf(t *testing.T) {
	t.Parallel()
	sums := zipf(1000, skew)
	if !slices.IsSorted(sums) || sums[999] != 1 {
		t.Error("the chances do not add up")
	}
	if first, second := sums[0], sums[1]-sums[0]; math.Abs(first/second-math.Pow(2, skew)) > 1e-9 {
		t.Errorf("got %v and %v for the first two", first, second)
	}
	s, counts := newItems(make([]string, 100_000), 1000), map[int]int{}
	for range 100_000 {
		counts[s.popular()]++
	}
	if share := float64(counts[0]) / 100_000; math.Abs(share-sums[0]) > 0.01 {
		t.Errorf("the most popular: got a share of %v, want %v", share, sums[0])
	}
}

func TestUpdatesFollowTheVersion(t *testing.T) {
	t.Parallel()
	s := newItems([]string{"a"}, 1)
	for _, status := range []int{http.StatusOK, http.StatusConflict, 0} {
		s.source(workUpdate, peer.App)().Done(status)
	}
	if got := s.versions[0].Load(); got != 2 {
		t.Errorf("got version %d, want 2: one update was done", got)
	}
	if s.source(workUpdate, peer.Calibrator)().Done != nil {
		t.Error("the calibrator changes nothing, so no version may follow it")
	}
}

func TestUncachedReadsDoNotRepeat(t *testing.T) {
	t.Parallel()
	s := newItems([]string{"a", "b", "c"}, 1)
	seen := map[string]bool{}
	for range 3 {
		seen[string(s.source(workRead, peer.App)().Bytes)] = true
		s.source(workRead, peer.PGX)()
	}
	if len(seen) != 3 {
		t.Errorf("got %d different reads, want 3", len(seen))
	}
}

func TestSteal(t *testing.T) {
	t.Parallel()
	before := times{total: 100, steal: 1}
	if got := (times{total: 200, steal: 4}).stealSince(before); got != 0.03 {
		t.Errorf("got %v, want 0.03", got)
	}
	if got := before.stealSince(before); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-peers", "nobody"},
		{"-workloads", "nothing"},
		{"-pool", "11"},
		{"-rounds", "0"},
		{"-hot", "9999999"},
		{"word"},
	} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q: want an error", args)
		}
	}
}
