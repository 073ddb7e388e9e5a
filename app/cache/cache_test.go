package cache_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
)

func TestThousandReadersAreOneFill(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1, hold: make(chan struct{})}
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			value, from, err := c.Get(t.Context(), "k", cache.Seen{}, s.load)
			if err != nil || value.Value != 1 || from != cache.Miss && from != cache.Hit {
				t.Errorf("got %v, %s, %v", value, from, err)
			}
		})
	}
	require.Eventually(t, func() bool { return s.reads.Load() == 1 }, time.Minute, time.Millisecond)
	close(s.hold)
	all.Wait()
	_, from := read(t, c, 0, s)
	require.Equal(t, cache.Hit, from, "who waits has seen the key, too")
	require.Equal(t, int64(1), s.reads.Load())
}

func TestOnlyWhatIsReadAgainIsKept(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1}
	for key := range 1000 {
		_, _, err := c.Get(t.Context(), strconv.Itoa(key), cache.Seen{}, s.load)
		require.NoError(t, err)
	}
	require.Zero(t, c.Counts().Bytes, "of a thousand keys, each of them read once")
	keep(t, c, s)
	_, from := read(t, c, 0, s)
	require.Equal(t, cache.Hit, from)
}

func TestFirstReadAfterAWriteIsKept(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1}
	c.Wrote(t.Context(), "k", 1, 1)
	_, from := read(t, c, 0, s)
	require.Equal(t, cache.Miss, from)
	_, from = read(t, c, 0, s)
	require.Equal(t, cache.Hit, from, "something was known of the key")
}

func TestOldFillDoesNotOutliveAWrite(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(2), afterSlowRead(t, cache.DropOlder))
	require.Equal(t, int64(1), afterSlowRead(t, cache.SetBlindly), "the mutant keeps the old value")
}

// afterSlowRead returns what is read after a read that began before a write and ended after it.
func afterSlowRead(t *testing.T, write cache.AfterWrite) int64 {
	t.Helper()
	settings := config()
	settings.Write = write
	c, s := open(t, settings), &source{version: 1, hold: make(chan struct{}), began: make(chan struct{}, 9)}
	var slow sync.WaitGroup
	slow.Go(func() { _, _, _ = c.Get(t.Context(), "k", cache.Seen{}, s.load) })
	<-s.began
	s.set(2)
	c.Wrote(t.Context(), "k", 2, 2)
	close(s.hold)
	slow.Wait()
	value, _ := read(t, c, 0, s)
	return value
}

func TestReadAfterAWriteDoesNotJoinAnOldFlight(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1, hold: make(chan struct{}), began: make(chan struct{}, 9)}
	var slow sync.WaitGroup
	slow.Go(func() { _, _, _ = c.Get(t.Context(), "k", cache.Seen{}, s.load) })
	<-s.began
	old := s.hold
	s.mu.Lock()
	s.version, s.hold = 2, nil
	s.mu.Unlock()
	c.Wrote(t.Context(), "k", 2, 2)
	value, _ := read(t, c, 0, s)
	require.Equal(t, int64(2), value)
	close(old)
	slow.Wait()
}

func TestReaderWhoKnowsOfAWriteReadsAgain(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1}
	keep(t, c, s)
	s.set(2) // by a process that this one does not hear
	wrote := time.Now().UnixMicro()
	value, from := read(t, c, 0, s)
	require.Equal(t, int64(1), value)
	require.Equal(t, cache.Hit, from)
	value, from = read(t, c, wrote, s)
	require.Equal(t, int64(2), value)
	require.Equal(t, cache.Miss, from)
	_, from = read(t, c, wrote, s)
	require.Equal(t, cache.Hit, from, "from now on it is kept for him")
	require.Equal(t, int64(3), s.reads.Load())
}

func TestReaderWhoKnowsOfAWriteLeavesTheFlightOfOneWhoDoesNot(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1, hold: make(chan struct{}), began: make(chan struct{}, 9)}
	var both sync.WaitGroup
	both.Go(func() { _, _, _ = c.Get(t.Context(), "k", cache.Seen{}, s.load) })
	<-s.began
	s.set(2)
	both.Go(func() {
		value, _, err := c.Get(t.Context(), "k", cache.Seen{Wrote: time.Now().UnixMicro()}, s.load)
		if value.Value != 2 || err != nil {
			t.Errorf("got %v, %v, want 2", value, err)
		}
	})
	close(s.hold)
	both.Wait()
}

func TestStaleWhileRevalidating(t *testing.T) {
	t.Parallel()
	settings := config()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	settings.Now = func() time.Time { return time.Unix(0, now.Load()) }
	c, s := open(t, settings), &source{version: 1}
	keep(t, c, s)
	s.mu.Lock()
	s.version, s.hold = 2, make(chan struct{})
	s.mu.Unlock()
	now.Add(int64(2 * settings.Times.Fresh))
	for range 100 {
		value, from := read(t, c, 0, s)
		require.Equal(t, int64(1), value)
		require.Equal(t, cache.Stale, from)
	}
	close(s.hold)
	require.Eventually(t, func() bool {
		value, from := read(t, c, 0, s)
		return value == 2 && from == cache.Hit
	}, time.Minute, time.Millisecond)
	require.Equal(t, int64(3), s.reads.Load(), "one read again for all")
}

func TestStaleWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	settings := config()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	settings.Now = func() time.Time { return time.Unix(0, now.Load()) }
	c, s := open(t, settings), &source{version: 1}
	keep(t, c, s)
	s.fail(errors.New("away"))
	now.Add(int64(2 * settings.Times.Fresh))
	for range 10 {
		value, from := read(t, c, 0, s)
		require.Equal(t, int64(1), value)
		require.Equal(t, cache.Stale, from)
	}
	_, _, err := c.Get(t.Context(), "other", cache.Seen{}, s.load)
	require.ErrorContains(t, err, "away", "failures are not kept")
	s.fail(nil)
	_, _, err = c.Get(t.Context(), "other", cache.Seen{}, s.load)
	require.NoError(t, err)
}

func TestAbsenceIsKeptForAShortTime(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Times.Negative = 50 * time.Millisecond
	c, s := open(t, settings), &source{}
	_, from, err := c.Get(t.Context(), "k", cache.Seen{}, s.load)
	require.ErrorIs(t, err, errGone)
	require.Equal(t, cache.Miss, from)
	s.set(1)
	require.Eventually(t, func() bool {
		value, _, err := c.Get(t.Context(), "k", cache.Seen{}, s.load)
		return err == nil && value.Value == 1
	}, time.Minute, 5*time.Millisecond)
	require.Less(t, s.reads.Load(), int64(10))
}

func TestAbsenceIsNotBelievedOfWhatExists(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 3}
	keep(t, c, s)
	s.set(0) // a replica that is behind
	_, _, err := c.Get(t.Context(), "k", cache.Seen{Wrote: time.Now().UnixMicro()}, s.load)
	require.ErrorIs(t, err, errGone)
	s.set(3)
	value, from := read(t, c, 0, s)
	require.Equal(t, int64(3), value)
	require.Equal(t, cache.Miss, from, "neither was kept")
}

func TestFillsAreBounded(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Fills, settings.Times.Queue = 4, 20*time.Millisecond
	c, s := open(t, settings), &source{version: 1, hold: make(chan struct{})}
	var all sync.WaitGroup
	var refused atomic.Int64
	for i := range 40 {
		all.Go(func() {
			_, _, err := c.Get(t.Context(), string(rune('a'+i)), cache.Seen{}, s.load)
			if app.ErrorCode(err) == app.CodeUnavailable {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	require.Eventually(t, func() bool { return refused.Load() == 36 }, time.Minute, time.Millisecond)
	close(s.hold)
	all.Wait()
	require.Equal(t, int64(4), s.most.Load())
	require.Equal(t, int64(36), c.Counts().Refused)
}

func TestRequestThatEndsLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	c, s := open(t, config()), &source{version: 1, hold: make(chan struct{}), began: make(chan struct{}, 9)}
	ending, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	get := func(ctx context.Context) {
		all.Go(func() {
			if value, _, err := c.Get(ctx, "k", cache.Seen{}, s.load); value.Value != 1 || err != nil {
				t.Errorf("got %v, %v", value, err)
			}
		})
	}
	get(ending) // reads for all
	<-s.began
	get(t.Context())
	end()
	_, _, err := c.Get(ending, "k", cache.Seen{}, s.load)
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "nobody waits longer than his request lasts")
	close(s.hold)
	all.Wait()
	require.Equal(t, int64(1), s.reads.Load())
}

func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	c := open(t, config())
	_, _, err := c.Get(t.Context(), "k", cache.Seen{}, func(context.Context) (cache.Loaded[int64], error) { panic("oh") })
	require.ErrorContains(t, err, "panic: oh")
}

func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	settings := config()
	settings.Bytes, settings.Size = 64<<10, func(int64) int { return 1 << 10 }
	c, s := open(t, settings), &source{version: 1}
	for i := range 2000 {
		_, _, err := c.Get(t.Context(), string(rune(i/2+1000)), cache.Seen{}, s.load)
		require.NoError(t, err)
	}
	require.Positive(t, c.Counts().Bytes)
	require.Eventually(t, func() bool { return c.Counts().Bytes <= settings.Bytes }, time.Minute, time.Millisecond)
}
