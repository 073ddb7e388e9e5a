package postgres

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/topology"
)

func TestMarksTravelInATokenThatTheWebMayCarry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var marks []mark
		for i := range rapid.IntRange(1, 6).Draw(t, "clusters") {
			marks = mergeMark(marks, mark{
				cluster: uint32(i), position: rapid.Int64Min(0).Draw(t, "position"),
				at: time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(t, "at")),
			})
		}
		token := encodeMarks(marks)
		require.True(t, app.IsFreshness(token), token)
		require.Equal(t, marks, decodeMarks(token))
	})
}

func TestForeignTokensSayNothing(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "x", "AAAA", "!!!", encodeMarks(make([]mark, 5))} {
		require.Empty(t, decodeMarks(token), token)
	}
}

func TestMadeUpMarksAreDropped(t *testing.T) {
	t.Parallel()
	now := time.Now()
	writer := nodeState{fresh: logPositions{cluster: 1}, position: 1000}
	good := []mark{{1, 1000, now}, {1, 1 << 29, now.Add(time.Second)}, {2, 1 << 60, now}, {}}
	bad := []mark{{1, 1 << 40, now}, {1, 1<<63 - 1, now}, {1, -1, now}, {2, 1, now.Add(time.Hour)}}
	require.Equal(t, good, plausible(append(bad, good...), writer, now))
	require.Len(t, plausible(bad[:1], nodeState{}, now), 1, "the writer was not seen yet")
}

func TestMarksNeverGoBack(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1000)
	marks := mergeMark([]mark{{cluster: 1, position: 9, at: at}, {cluster: 2, position: 3, at: at}},
		mark{cluster: 1, position: 7, at: at.Add(time.Second)})
	require.Equal(t, []mark{{1, 9, at.Add(time.Second)}, {2, 3, at}}, marks)
}

func TestHoldsToken(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1000)
	held := []mark{{1, 9, at}, {2, 3, at}, {0, 0, at}}
	for _, c := range []struct {
		also []mark
		want bool
	}{
		{nil, true},
		{held, true},
		{[]mark{{1, 9, at.Add(time.Hour)}}, true}, // positions decide
		{[]mark{{1, 10, at}}, false},
		{[]mark{{1, 9, at}, {2, 4, at}}, false},
		{[]mark{{3, 1, at}}, false},
		{[]mark{{0, 0, at.Add(time.Millisecond)}}, false}, // it has no positions
	} {
		require.Equal(t, c.want, HoldsToken(encodeMarks(held), encodeMarks(c.also)), c.also)
	}
	require.False(t, HoldsToken("", encodeMarks(held)))
}

func TestPositionsOfAnotherClusterCountByTime(t *testing.T) {
	t.Parallel()
	now := time.Now()
	f := logPositions{cluster: 1, window: 3 * time.Second}
	require.True(t, f.covers(10, mark{1, 10, now}, now))
	require.False(t, f.covers(9, mark{1, 10, now.Add(-time.Hour)}, now), "time does not help")
	require.False(t, f.covers(99, mark{2, 10, now.Add(-2 * time.Second)}, now))
	require.True(t, f.covers(99, mark{2, 10, now.Add(-4 * time.Second)}, now))
	require.False(t, timeWindow(time.Second).covers(0, mark{at: now}, now))
	require.True(t, timeWindow(time.Second).covers(0, mark{at: now.Add(-2 * time.Second)}, now))
}

func TestReplicaLeavesAtOnceAndComesBackLate(t *testing.T) {
	t.Parallel()
	limits := Limits{}.withDefaults()
	start := time.Now()
	var h health
	look := func(ms int, lag time.Duration, err error) bool {
		h = h.next(observation{at: start.Add(time.Duration(ms) * time.Millisecond), lag: lag, err: err}, limits)
		return h.out
	}
	broken := errors.New("broken")
	require.False(t, look(0, 0, nil))
	require.False(t, look(50, time.Second, nil), "lag in bounds")
	require.True(t, look(100, 3*time.Second, nil), "too far behind")
	require.True(t, look(150, time.Second, nil), "between the two bounds: stays out")
	require.True(t, look(200, 0, nil), "good, but only just")
	require.True(t, look(1100, 0, nil))
	require.True(t, look(1150, time.Second, nil), "worse again: starts anew")
	require.True(t, look(1200, 0, nil))
	require.True(t, look(2150, 0, nil))
	require.False(t, look(2200, 0, nil), "good for long enough")
	require.False(t, look(2250, 0, broken), "one failure may be chance")
	require.True(t, look(2300, 0, broken))
	require.False(t, h.usable(start, limits))
	h.out = false
	require.True(t, h.usable(start.Add(3*time.Second), limits))
	require.False(t, h.usable(start.Add(4*time.Second), limits), "not seen for long")
}

func TestLagIsATimeAlsoWhenTheWriterIsIdle(t *testing.T) {
	t.Parallel()
	var h history
	start := time.Now()
	second := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	require.Zero(t, h.lag(start, 0), "nothing known yet")
	h.add(second(0), 100)
	h.add(second(1), 200)
	for n := 2; n < 60; n++ {
		h.add(second(n), 200) // idle
	}
	require.Zero(t, h.lag(second(60), 200))
	require.Equal(t, 59*time.Second, h.lag(second(60), 150))
	require.Equal(t, 60*time.Second, h.lag(second(60), 50))
	for n := range 2 * historyPoints {
		h.add(second(60+n), int64(1000+n))
	}
	require.Len(t, h.points, historyPoints)
}

func TestGateKeepsWritesWaitingForABoundedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2*time.Second, 2)
		_, entered, err := g.enter(t.Context())
		require.NoError(t, err)
		g.shut()
		start := time.Now()
		_, _, err = g.enter(t.Context())
		require.ErrorIs(t, err, errFrozen)
		require.Equal(t, 2*time.Second, time.Since(start))

		done := make(chan error)
		for range 2 {
			go func() {
				_, entered, err := g.enter(t.Context())
				if err == nil {
					entered.leave()
				}
				done <- err
			}()
		}
		synctest.Wait()
		_, _, err = g.enter(t.Context())
		require.ErrorIs(t, err, errFrozen, "too many wait: at once")
		entered.leave()
		require.Zero(t, g.drain(time.Second))
		g.reopen()
		require.NoError(t, <-done)
		require.NoError(t, <-done)
		_, writes, waiting := g.state()
		require.Zero(t, writes+waiting)
	})
}

func TestDrainCutsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(time.Second, 10)
		writing, entered, err := g.enter(t.Context())
		require.NoError(t, err)
		g.shut()
		start := time.Now()
		go func() {
			<-writing.Done()
			entered.leave()
		}()
		require.Equal(t, 1, g.drain(3*time.Second))
		require.Equal(t, 3*time.Second, time.Since(start))
		require.ErrorIs(t, context.Cause(writing), errCut)
		g.reopen()
		next, entered, err := g.enter(t.Context())
		require.NoError(t, err)
		require.NoError(t, next.Err(), "later writes are not cut")
		entered.leave()
	})
}

func TestAtKeepsEverythingButThePlace(t *testing.T) {
	t.Parallel()
	const raw = "postgres://app@old.example:5433/other?sslmode=verify-full&host=/x&pool_max_conns=7&target_session_attrs=any"
	url, err := at(raw, topology.Host{Host: "new.example", Port: 5432}, "ladder")
	require.NoError(t, err)
	require.Equal(t, "postgres://app@new.example:5432/ladder?pool_max_conns=7&sslmode=verify-full", url)
	url, err = at("postgres:///x?host=/run/a&user=app", topology.Host{Host: "/run/b", Port: 5432}, "ladder")
	require.NoError(t, err)
	require.Equal(t, "postgres:///ladder?host=%2Frun%2Fb&port=5432&user=app", url)
	config, err := poolConfig(Config{URL: url})
	require.NoError(t, err)
	require.Equal(t, "/run/b", config.ConnConfig.Host)
	require.Equal(t, "app", config.ConnConfig.User)
}
