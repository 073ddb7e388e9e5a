package cached_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
	"github.com/ladder-iac/ladder/app/store/cached"
)

// replicated is a store with a writer and a replica that lags. Its tokens are positions in the log.
type replicated struct {
	app.ItemService // nil: what is not here is not called

	mu      sync.Mutex
	writer  app.Item
	replica app.Item
	at      int64 // position of the writer
	seen    int64 // of the replica
}

func (r *replicated) Item(ctx context.Context, _ app.Caller, _ string) (app.Item, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wants, _ := strconv.ParseInt(app.Freshness(ctx).Get(), 10, 64)
	item, at := r.replica, r.seen
	if wants > r.seen {
		item, at = r.writer, r.at
	}
	app.Freshness(ctx).Set(strconv.FormatInt(max(wants, at), 10))
	return item, nil
}

func (r *replicated) UpdateItem(ctx context.Context, _ app.Caller, in app.ItemChange) (app.Item, error) {
	defer time.Sleep(rand.N(3 * time.Millisecond)) // others go on before this one hears that it is done
	r.mu.Lock()
	defer r.mu.Unlock()
	if in.Version != r.writer.Version {
		return app.Item{}, app.VersionConflict("item", in.Version, r.writer.Version)
	}
	r.writer.Version, r.writer.UpdatedAt = in.Version+1, app.Now()
	r.at++
	app.Freshness(ctx).Set(strconv.FormatInt(r.at, 10))
	return r.writer, nil
}

func (r *replicated) follow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replica, r.seen = r.writer, r.at
}

func newest(token, also string) string {
	a, _ := strconv.ParseInt(token, 10, 64)
	b, _ := strconv.ParseInt(also, 10, 64)
	return strconv.FormatInt(max(a, b), 10)
}

func holds(token, also string) bool { return newest(token, also) == newest(token, "") }

// Sessions of one user work through three processes, over a replica that lags and a shared cache that is killed,
// stopped and emptied: nobody sees an older version than he has written or seen, and no read fails.
func TestSessionsUnderFaults(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		faults, alone bool
		write         cache.AfterWrite
		goesWrong     bool
	}{
		"quiet":           {},
		"faults":          {faults: true},
		"no shared cache": {alone: true},
		"mutant":          {write: cache.SetBlindly, goesWrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong := stress(t, kind.faults, kind.alone, kind.write)
			require.Equal(t, kind.goesWrong, wrong != "", wrong)
		})
	}
}

// stress returns what a session saw that it must not see.
func stress(t *testing.T, faults, alone bool, write cache.AfterWrite) string {
	t.Helper()
	var wrong atomic.Pointer[string]
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	ann, id := newCaller(t), app.NewID()
	first := app.Item{ID: id, Version: 1, UpdatedAt: app.Now()}
	store := &replicated{writer: first, replica: first}
	server := redistest.Start(t)
	times := cache.DefaultTimes()
	times.Fresh, times.Keep, times.Lag = 20*time.Millisecond, 200*time.Millisecond, time.Minute
	var processes []app.ItemService
	var all []*cached.Caches
	for range 3 {
		config := cached.Config{Times: times, Merge: newest, Holds: holds, Write: write}
		if !alone {
			client, err := valkey.Open(t.Context(), valkey.Config{URL: server.URL()}, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			t.Cleanup(client.Close)
			config.Shared = cache.NewShared(context.WithoutCancel(t.Context()), client, cache.DefaultLimits(),
				slog.New(slog.DiscardHandler))
			t.Cleanup(config.Shared.Close)
		}
		all = append(all, open(t, config))
		processes = append(processes, all[len(all)-1].Items(store))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var sessions, around sync.WaitGroup
	around.Go(func() {
		for ctx.Err() == nil {
			time.Sleep(15 * time.Millisecond)
			store.follow()
		}
	})
	if faults {
		around.Go(func() { harm(t, server, func() bool { return ctx.Err() != nil }) }) //nolint:contextcheck // a test server
	}
	for n := range 6 {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		sessions.Go(func() {
			token, seen := "", int64(0)
			for ctx.Err() == nil {
				process := processes[random.IntN(len(processes))]
				request := app.WithFreshness(context.WithoutCancel(ctx), token)
				var item app.Item
				var err error
				if random.IntN(10) == 0 && seen > 0 {
					item, err = process.UpdateItem(request, ann, app.ItemChange{ID: id, Version: seen, Title: "x"})
					if app.ErrorCode(err) == app.CodeConflict {
						item.Version, err = seen, nil
					}
				} else {
					item, err = process.Item(request, ann, id)
				}
				if err != nil || item.Version < seen {
					text := fmt.Sprintf("session %d: got version %d after %d, %v", n, item.Version, seen, err)
					wrong.Store(&text)
					cancel()
					return
				}
				seen, token = item.Version, app.Freshness(request).Get()
				if random.IntN(50) == 0 { // another session of the user
					seen, token = 0, ""
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	sessions.Wait()
	around.Wait()
	var told string
	for _, one := range all {
		told += fmt.Sprintf("%+v ", one.Counts().Items)
	}
	t.Log(store.writer.Version, told)
	if text := wrong.Load(); text != nil {
		return *text
	}
	require.Greater(t, store.writer.Version, int64(1))
	require.Positive(t, all[0].Counts().Items.Hits)
	return ""
}

func harm(t *testing.T, server *redistest.Server, over func() bool) {
	t.Helper()
	for !over() {
		time.Sleep(300 * time.Millisecond)
		server.Pause()
		time.Sleep(200 * time.Millisecond)
		server.Resume()
		time.Sleep(300 * time.Millisecond)
		server.Do(t, "FLUSHALL")
		time.Sleep(200 * time.Millisecond)
		server.Kill()
		time.Sleep(200 * time.Millisecond)
		server.Start(t)
	}
}
