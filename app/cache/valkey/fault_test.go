package valkey_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
)

// hammer reads keys from many goroutines until stop, and fails the test on any error or wrong value.
func hammer(t *testing.T, p process, d *database, keys ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var longest atomic.Int64
	for i := range 32 {
		all.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				key, began := keys[n%len(keys)], time.Now()
				value, _, err := p.Get(context.WithoutCancel(ctx), key, cache.Seen{}, d.load(key))
				if took := int64(time.Since(began)); took > longest.Load() {
					longest.Store(took)
				}
				if err != nil || value.Value != 1 {
					t.Errorf("%s: got %v, %v", key, value, err)
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
		require.Less(t, time.Duration(longest.Load()), 10*time.Second, "the longest read")
	}
}

func TestKilledServer(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("a", 1)
	d.set("b", 1)
	p := start(t, valkey.Config{URL: server.URL()}, cache.DefaultLimits(), forgetful).ready(t)
	stop := hammer(t, p, d, "a", "b")
	require.Eventually(t, func() bool { return p.Counts().Shared > 0 }, soon, time.Millisecond)
	server.Kill()
	require.Eventually(t, func() bool { return p.shared.Counts().Open }, soon, time.Millisecond)
	before := d.reads.Load()
	require.Eventually(t, func() bool { return d.reads.Load() > before+100 }, soon, time.Millisecond)
	require.LessOrEqual(t, d.most.Load(), int64(16), "reads of the store at the same time")
	server.Start(t)
	found := p.Counts().Shared
	require.Eventually(t, func() bool { return p.Counts().Shared > found+100 }, soon, time.Millisecond, "it is used again")
	stop()
}

func TestServerThatIsNotThereAtStart(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	server.Kill()
	d.set("k", 1)
	p := start(t, valkey.Config{URL: server.URL()}, cache.DefaultLimits(), forgetful)
	require.Equal(t, int64(1), p.read(t, d, "k"))
	server.Start(t)
	require.Eventually(t, func() bool { p.read(t, d, "k"); return p.Counts().Shared > 0 }, soon, 5*time.Millisecond)
}

func TestFlushWithAHotKey(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{takes: 20 * time.Millisecond}
	d.set("hot", 1)
	d.set("cold", 1)
	const processes = 3
	var stops []func()
	for range processes {
		p := start(t, valkey.Config{URL: server.URL()}, slow(), forgetful, func(c *cache.Config[int64]) {
			c.Times.Lease, c.Times.Wait = soon, soon
		}).ready(t)
		stops = append(stops, hammer(t, p, d, "hot", "hot", "hot", "hot", "cold"))
	}
	require.Eventually(t, func() bool { return d.reads.Load() == 2 }, soon, time.Millisecond)
	time.Sleep(100 * time.Millisecond)
	require.Equal(t, int64(2), d.reads.Load(), "one fill a key for all processes")
	server.Do(t, "FLUSHALL")
	time.Sleep(500 * time.Millisecond)
	for _, stop := range stops {
		stop()
	}
	// A flush between a fill and the end of its lease may cost one more.
	require.LessOrEqual(t, d.reads.Load(), int64(2+2*processes))
	require.LessOrEqual(t, d.most.Load(), int64(2*processes))
}

func TestStoppedServer(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("a", 1)
	p := start(t, valkey.Config{URL: server.URL()}, cache.DefaultLimits(), forgetful).ready(t)
	stop := hammer(t, p, d, "a")
	require.Eventually(t, func() bool { return p.Counts().Shared > 0 }, soon, time.Millisecond)
	before := runtime.NumGoroutine()
	server.Pause()
	most := 0
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		most = max(most, runtime.NumGoroutine())
	}
	// Other tests run beside this one; what must not be is a goroutine for each of thousands of reads.
	require.Less(t, most-before, 1000)
	require.Positive(t, p.shared.Counts().Skipped, "the breaker was open")
	server.Resume()
	found := p.Counts().Shared
	require.Eventually(t, func() bool { return p.Counts().Shared > found+10 }, soon, time.Millisecond)
	stop()
}

func TestFullServer(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t, "--maxmemory-policy", "noeviction"), &database{}
	d.set("kept", 1)
	d.set("other", 1)
	p := start(t, valkey.Config{URL: server.URL()}, slow(), forgetful).ready(t)
	p.read(t, d, "kept")
	server.Do(t, "CONFIG SET maxmemory 1")
	_, err := p.client.Fill(t.Context(), "other", 1, []byte("x"), soon)
	require.Error(t, err)
	require.True(t, p.client.Answered(err))

	for range 20 {
		require.Equal(t, int64(1), p.read(t, d, "other"), "not kept, and right")
	}
	require.False(t, p.shared.Counts().Open, "an answer is no outage")
	found := p.Counts().Shared
	p.read(t, d, "kept")
	require.Greater(t, p.Counts().Shared, found, "what is kept is found")

	d.set("kept", 2)
	p.Wrote(t.Context(), "kept", 2, 2)
	require.Equal(t, int64(2), p.read(t, d, "kept"), "a full server is told of writes")
	require.Zero(t, p.shared.Counts().Owed)
}

func TestReplica(t *testing.T) {
	t.Parallel()
	primary, d := redistest.Start(t), &database{}
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica := redistest.Start(t, "--replicaof", host+" "+port)
	d.set("k", 1)
	p := start(t, valkey.Config{URL: replica.URL()}, slow(), forgetful).ready(t)
	for range 10 {
		require.Equal(t, int64(1), p.read(t, d, "k"))
	}
	d.set("k", 2)
	p.Wrote(t.Context(), "k", 2, 2)
	require.Equal(t, 1, p.shared.Counts().Owed)
	require.Equal(t, int64(2), p.read(t, d, "k"))
	replica.Do(t, "REPLICAOF NO ONE") // a failover
	require.Eventually(t, func() bool { return p.shared.Counts().Owed == 0 }, soon, 10*time.Millisecond)
	require.Eventually(t, func() bool { p.read(t, d, "k"); return p.Counts().Shared > 0 }, soon, 10*time.Millisecond)
}

// A server that comes back with what it had is told what was written meanwhile.
func TestWriteDuringAnOutage(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("k", 1)
	one := start(t, valkey.Config{URL: server.URL()}, cache.DefaultLimits(), forgetful).ready(t)
	other := start(t, valkey.Config{URL: server.URL()}, slow(), forgetful).ready(t)
	require.Eventually(t, func() bool { one.read(t, d, "k"); return one.Counts().Shared > 0 }, soon, time.Millisecond)
	server.Pause()
	d.set("k", 2)
	one.Wrote(t.Context(), "k", 2, 2)
	require.Equal(t, 1, one.shared.Counts().Owed)
	server.Resume()
	require.Eventually(t, func() bool { return one.shared.Counts().Owed == 0 }, soon, 5*time.Millisecond)
	require.Equal(t, int64(2), other.read(t, d, "k"))
	require.Equal(t, int64(2), one.read(t, d, "k"))
}
