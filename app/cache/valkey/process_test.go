package valkey_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/valkey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds what must happen at some time; machines are busy.
const soon = time.Minute

// process is what one process of the app has.
type process struct {
	*cache.Cache[int64]
	client *valkey.Client
	shared *cache.Shared
}

var errGone = errors.New("gone")

// slow are limits for a machine on which a good answer may take long.
func slow() cache.Limits {
	limits := cache.DefaultLimits()
	limits.Call = 5 * time.Second
	return limits
}

func start(t *testing.T, config valkey.Config, limits cache.Limits, change ...func(*cache.Config[int64])) process {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	client, err := valkey.Open(t.Context(), config, log)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	shared := cache.NewShared(context.WithoutCancel(t.Context()), client, limits, log)
	t.Cleanup(shared.Close)
	settings := cache.Config[int64]{
		Prefix: "test1:", Bytes: 1 << 20, Size: func(int64) int { return 8 }, Shared: shared,
		Missing: func(err error) bool { return errors.Is(err, errGone) }, Absent: func() error { return errGone },
		Times: cache.DefaultTimes(),
	}
	settings.Times.Load, settings.Times.Queue = soon, soon
	for _, one := range change {
		one(&settings)
	}
	c, err := cache.New(settings)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return process{c, client, shared}
}

// ready waits for the connection.
func (p process) ready(t *testing.T) process {
	t.Helper()
	require.Eventually(t, func() bool {
		err := p.client.Forget(t.Context(), "none")
		return err == nil || p.client.Answered(err)
	}, soon, 10*time.Millisecond)
	return p
}

// forgetful keep nothing in the process, so that the shared cache is asked each time.
func forgetful(c *cache.Config[int64]) { c.Bytes = 1 }

// database is a store of values that are their own versions.
type database struct {
	mu     sync.Mutex
	values map[string]int64
	reads  atomic.Int64
	busy   atomic.Int64
	most   atomic.Int64
	takes  time.Duration
}

func (d *database) set(key string, value int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.values == nil {
		d.values = map[string]int64{}
	}
	d.values[key] = value
}

func (d *database) load(key string) cache.Load[int64] {
	return func(context.Context) (cache.Loaded[int64], error) {
		d.reads.Add(1)
		now := d.busy.Add(1)
		defer d.busy.Add(-1)
		for most := d.most.Load(); now > most && !d.most.CompareAndSwap(most, now); most = d.most.Load() {
		}
		d.mu.Lock()
		value := d.values[key]
		d.mu.Unlock()
		time.Sleep(d.takes)
		if value == 0 {
			return cache.Loaded[int64]{}, errGone
		}
		return cache.Loaded[int64]{Value: value, Version: value}, nil
	}
}

func (p process) read(t *testing.T, d *database, key string) int64 {
	t.Helper()
	found, _, err := p.Get(t.Context(), key, cache.Seen{}, d.load(key))
	require.NoError(t, err)
	return found.Value
}

// redisInt returns the last number of a reply.
func redisInt(reply string) (n int) {
	for _, c := range reply {
		switch {
		case c == ':':
			n = 0
		case c >= '0' && c <= '9':
			n = 10*n + int(c-'0')
		}
	}
	return n
}
