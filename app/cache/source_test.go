package cache_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/cache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errGone = errors.New("gone")

// source is a store of one value, whose reads may be held up.
type source struct {
	mu      sync.Mutex
	version int64 // 0: no such value
	err     error
	reads   atomic.Int64
	busy    atomic.Int64
	most    atomic.Int64
	hold    chan struct{} // nil: do not wait
	began   chan struct{}
}

func (s *source) set(version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = version
}

func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// load takes the value first and answers later, as a slow read does.
func (s *source) load(context.Context) (cache.Loaded[int64], error) {
	s.reads.Add(1)
	now := s.busy.Add(1)
	defer s.busy.Add(-1)
	for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
	}
	s.mu.Lock()
	version, err, hold, began := s.version, s.err, s.hold, s.began
	s.mu.Unlock()
	if began != nil {
		began <- struct{}{}
	}
	if hold != nil {
		<-hold
	}
	if err == nil && version == 0 {
		err = errGone
	}
	return cache.Loaded[int64]{Value: version, Version: version}, err
}

func config() cache.Config[int64] {
	return cache.Config[int64]{
		Prefix: "test1:", Bytes: 1 << 20, Size: func(int64) int { return 8 },
		Missing: func(err error) bool { return errors.Is(err, errGone) }, Absent: func() error { return errGone },
		Times: patient(),
	}
}

// patient are times that no busy machine reaches, so that a test decides what is old.
func patient() cache.Times {
	times := cache.DefaultTimes()
	times.Fresh, times.Keep, times.Negative, times.Load = time.Hour, 2*time.Hour, time.Hour, time.Minute
	times.Queue = time.Minute
	return times
}

func open(t *testing.T, c cache.Config[int64]) *cache.Cache[int64] {
	t.Helper()
	opened, err := cache.New(c)
	require.NoError(t, err)
	t.Cleanup(opened.Close)
	return opened
}

func read(t *testing.T, c *cache.Cache[int64], wrote int64, s *source) (int64, cache.Source) {
	t.Helper()
	found, from, err := c.Get(t.Context(), "k", cache.Seen{Wrote: wrote}, s.load)
	require.NoError(t, err)
	return found.Value, from
}

// keep reads until the value is kept: from the second time on.
func keep(t *testing.T, c *cache.Cache[int64], s *source) {
	t.Helper()
	for range 2 {
		_, from := read(t, c, 0, s)
		require.Equal(t, cache.Miss, from)
	}
}
