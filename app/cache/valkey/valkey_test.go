package valkey_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
)

func TestOneProcessReadsForAll(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("k", 1)
	one := start(t, valkey.Config{URL: server.URL()}, slow()).ready(t)
	two := start(t, valkey.Config{URL: server.URL()}, slow()).ready(t)
	require.Equal(t, int64(1), one.read(t, d, "k"))
	require.Equal(t, int64(1), two.read(t, d, "k"))
	require.Equal(t, int64(1), d.reads.Load())
	require.Equal(t, int64(1), two.Counts().Shared)
}

func TestLeaseOfAColdKey(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{takes: 50 * time.Millisecond}
	d.set("k", 1)
	var all sync.WaitGroup
	const processes = 4
	for range processes {
		p := start(t, valkey.Config{URL: server.URL()}, slow(), func(c *cache.Config[int64]) {
			c.Times.Lease, c.Times.Wait = soon, soon
		}).ready(t)
		all.Go(func() {
			for range 100 {
				if value, _, err := p.Get(t.Context(), "k", cache.Seen{}, d.load("k")); value.Value != 1 || err != nil {
					t.Errorf("got %v, %v", value, err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(1), d.reads.Load(), "fills of one key by %d processes", processes)
}

func TestWriteInvalidatesEverywhere(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("k", 1)
	hold := func(c *cache.Config[int64]) { c.Times.Fresh, c.Times.Keep = time.Hour, time.Hour }
	one := start(t, valkey.Config{URL: server.URL()}, slow(), hold).ready(t)
	two := start(t, valkey.Config{URL: server.URL()}, slow(), hold).ready(t)
	require.Eventually(t, func() bool { // both listen
		return redisInt(server.Do(t, "PUBSUB NUMSUB ladder:floors")) == 2
	}, soon, 10*time.Millisecond)
	for range 2 { // the second time each keeps it itself
		one.read(t, d, "k")
		two.read(t, d, "k")
	}
	d.set("k", 2)
	one.Wrote(t.Context(), "k", 2, 2)
	require.Equal(t, int64(2), one.read(t, d, "k"))
	require.Eventually(t, func() bool { return two.read(t, d, "k") == 2 }, soon, 5*time.Millisecond)
}

func TestLostNewsEndWithTheNextConnection(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("k", 1)
	hold := func(c *cache.Config[int64]) { c.Times.Fresh, c.Times.Keep = time.Hour, time.Hour }
	two := start(t, valkey.Config{URL: server.URL()}, slow(), hold).ready(t)
	require.Eventually(t, func() bool { two.read(t, d, "k"); return two.Counts().Hits > 0 }, soon, 5*time.Millisecond)
	d.set("k", 2) // a write that nobody told
	server.Do(t, "CLIENT KILL TYPE pubsub")
	server.Do(t, "FLUSHALL")
	require.Eventually(t, func() bool { return two.read(t, d, "k") == 2 }, soon, 5*time.Millisecond)
}

func TestOldFillOfAnotherProcessDoesNotOutliveAWrite(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	after := func(write cache.AfterWrite) int64 {
		server.Do(t, "FLUSHALL")
		d := &database{}
		d.set("k", 1)
		kind := func(c *cache.Config[int64]) { c.Write = write }
		one := start(t, valkey.Config{URL: server.URL()}, slow(), kind).ready(t)
		two := start(t, valkey.Config{URL: server.URL()}, slow(), kind, forgetful).ready(t)
		began, hold := make(chan struct{}), make(chan struct{})
		var slowRead sync.WaitGroup
		slowRead.Go(func() {
			_, _, _ = one.Get(t.Context(), "k", cache.Seen{}, func(context.Context) (cache.Loaded[int64], error) {
				close(began)
				<-hold
				return cache.Loaded[int64]{Value: 1, Version: 1}, nil
			})
		})
		<-began
		d.set("k", 2)
		two.Wrote(t.Context(), "k", 2, 2)
		close(hold)
		slowRead.Wait()
		return two.read(t, d, "k")
	}
	require.Equal(t, int64(2), after(cache.DropOlder))
	require.Equal(t, int64(1), after(cache.SetBlindly), "the mutant keeps the old value")
}

// A shared cache that has lost a floor, as after its own failover, does not bring back what the process has seen go.
func TestOldValueOfTheSharedCacheIsRefused(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t), &database{}
	d.set("k", 2)
	p := start(t, valkey.Config{URL: server.URL()}, slow()).ready(t)
	p.Wrote(t.Context(), "k", 2, 2)
	require.NoError(t, p.client.Set(t.Context(), "test1:k", 1, []byte(`{"v":1,"r":1,"f":true,"x":1}`), soon))
	require.Equal(t, int64(2), p.read(t, d, "k"))
}

func TestScripts(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), redistest.Start(t)
	c := start(t, valkey.Config{URL: server.URL()}, slow()).ready(t).client
	get := func(key string) cache.Got {
		got, err := c.Get(ctx, key, soon)
		require.NoError(t, err)
		return got
	}
	fill := func(key string, version int64, data string) bool {
		kept, err := c.Fill(ctx, key, version, []byte(data), soon)
		require.NoError(t, err)
		return kept
	}
	require.Equal(t, cache.Got{Lease: true}, get("a"))
	require.Equal(t, cache.Got{}, get("a"), "the second waits")
	require.True(t, fill("a", 2, "two"))
	require.Equal(t, cache.Got{Version: 2, Data: []byte("two")}, get("a"))
	require.False(t, fill("a", 1, "one"))
	require.NoError(t, c.Floor(ctx, "a", 2, soon))
	require.Equal(t, []byte("two"), get("a").Data, "a floor keeps what has its version")
	require.NoError(t, c.Floor(ctx, "a", 3, soon))
	require.Equal(t, cache.Got{Version: 3, Lease: true}, get("a"))
	require.False(t, fill("a", 2, "two"))
	require.False(t, fill("a", 0, "none"))
	require.NoError(t, c.Forget(ctx, "a"))
	require.Equal(t, int64(3), get("a").Version, "a floor stays")
	require.True(t, fill("a", 3, "three"))
	require.False(t, fill("a", 0, "none"), "one of the two was old")
	require.Equal(t, cache.Got{Version: 3, Lease: true}, get("a"), "what was written stays a floor")
	require.True(t, fill("a", 3, "three"))
	require.NoError(t, c.Forget(ctx, "a"))
	require.False(t, fill("a", 2, "two"), "nor does forgetting end it")
	server.Do(t, "PEXPIRE {a} 1000")
	require.NoError(t, c.Floor(ctx, "a", 3, soon))
	require.Greater(t, redisInt(server.Do(t, "PTTL {a}")), 1000, "a floor that is set again lasts longer")
	require.NoError(t, c.Floor(ctx, "a", cache.Gone, soon))
	require.False(t, fill("a", cache.Gone-1, "x"))
	require.True(t, fill("b", 0, ""))
	require.NotNil(t, get("b").Data)
	ttl := redisInt(server.Do(t, "PTTL {a}"))
	require.Positive(t, ttl)
	require.LessOrEqual(t, ttl, int(soon.Milliseconds()))
}

func TestPasswordIsReadForEachConnection(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(path, []byte("wrong\n"), 0o600))
	server, d := redistest.Start(t, "--requirepass", "secret"), &database{}
	d.set("k", 1)
	p := start(t, valkey.Config{URL: server.URL(), PasswordFile: path}, slow(), forgetful)
	require.Equal(t, int64(1), p.read(t, d, "k"), "without the cache")
	require.NoError(t, os.WriteFile(path, []byte("secret\n"), 0o600))
	p.ready(t)

	server.Do(t, "AUTH secret\r\nCONFIG SET requirepass next\r\nCLIENT KILL TYPE normal SKIPME no")
	require.NoError(t, os.WriteFile(path, []byte("next"), 0o600))
	require.Eventually(t, func() bool { p.read(t, d, "k"); return p.Counts().Shared > 0 }, soon, 5*time.Millisecond)
}

func TestCluster(t *testing.T) {
	t.Parallel()
	server, d := redistest.Start(t, "--cluster-enabled", "yes"), &database{}
	server.Do(t, "CLUSTER ADDSLOTSRANGE 0 16383")
	require.Eventually(t, func() bool {
		return strings.Contains(server.Do(t, "CLUSTER INFO"), "cluster_state:ok")
	}, soon, 10*time.Millisecond)
	hold := func(c *cache.Config[int64]) { c.Times.Fresh, c.Times.Keep = time.Hour, time.Hour }
	one := start(t, valkey.Config{URL: server.URL()}, slow(), forgetful).ready(t)
	two := start(t, valkey.Config{URL: server.URL()}, slow(), hold).ready(t)
	require.Eventually(t, func() bool {
		return redisInt(server.Do(t, "PUBSUB NUMSUB ladder:floors")) == 2
	}, soon, 10*time.Millisecond)
	for _, key := range []string{"a", "b", "c"} { // of different slots
		d.set(key, 1)
		for range 2 { // the second time each keeps it itself
			require.Equal(t, int64(1), one.read(t, d, key))
			require.Equal(t, int64(1), two.read(t, d, key))
		}
		d.set(key, 2)
		one.Wrote(t.Context(), key, 2, 2)
		require.Equal(t, int64(2), one.read(t, d, key))
		require.Eventually(t, func() bool { return two.read(t, d, key) == 2 }, soon, 5*time.Millisecond)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "x", "http://host", "redis://", "redis:///", "redis://user:hunter2@host", "redis://host/1", "redis://host?db=1",
	} {
		err := valkey.CheckURL(url)
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "hunter2")
	}
	for _, url := range []string{"redis://host", "rediss://user@host:6380", "redis://[::1]:6379"} {
		require.NoError(t, valkey.CheckURL(url))
	}
	_, err := valkey.Open(t.Context(), valkey.Config{URL: "redis://host", PasswordFile: "/none"}, slog.Default())
	require.ErrorContains(t, err, "/none")
	_, err = valkey.Open(t.Context(), valkey.Config{URL: "rediss://host", CAFile: "/none"}, slog.Default())
	require.ErrorContains(t, err, "/none")
}
