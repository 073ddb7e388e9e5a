package killmatrix_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Mutants of the caches.
const (
	setAfterWrite = "cache that keeps what was written, whatever is there"
	noJitter      = "cache whose entries end together"
)

// slowWriter is two processes with a shared cache. The first of two writers comes last to tell it.
func slowWriter(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	made, server := pg.New(t), redistest.Start(t)
	used := resources(t)
	db := open(t, postgres.Config{URL: made.URL, PasswordFile: made.PasswordFile(t)})
	store := &holding{ItemService: postgres.NewItems(db), done: make(chan struct{}), hold: make(chan struct{})}
	write := cache.DropOlder
	if mutant == setAfterWrite {
		write = cache.SetBlindly
	}
	all := newClient(t)
	one, closeOne := all.serveCached(t, "one", server, store, write)
	two, closeTwo := all.serveCached(t, "two", server, store, write)
	laptop := all.session(t, "ann's laptop", app.NewID())
	laptop.create(one, "note")
	phone := laptop.also("ann's phone")

	var slow sync.WaitGroup
	slow.Go(func() { laptop.update(one, "note") })
	<-store.done // committed, and the caches not told
	phone.read(two, "note")
	phone.update(one, "note")
	phone.read(one, "note")
	close(store.hold)
	slow.Wait()
	for range 5 {
		phone.read(one, "note")
		phone.read(two, "note")
	}
	closeOne()
	closeTwo()
	db.Close()
	return invariant.History{
		Operations: all.recorder.Operations(), Final: finalItems(t, made), Resources: used(),
	}, invariant.Bounds{}
}

// holding holds the first update of an item between its commit and its return.
type holding struct {
	app.ItemService

	begun      atomic.Bool
	done, hold chan struct{}
}

// UpdateItem implements app.ItemService.
func (h *holding) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	item, err := h.ItemService.UpdateItem(ctx, caller, in)
	if h.begun.CompareAndSwap(false, true) {
		close(h.done)
		<-h.hold
	}
	return item, err
}

// serveCached starts a process as serve wires it, with a cache in the process and one on a server.
func (c *client) serveCached(
	t *testing.T, node string, server *redistest.Server, items app.ItemService, write cache.AfterWrite,
) (p process, closeAll func()) {
	t.Helper()
	ctx, log := context.WithoutCancel(t.Context()), slog.New(slog.DiscardHandler)
	connection, err := valkey.Open(ctx, valkey.Config{URL: server.URL()}, log)
	require.NoError(t, err)
	eventually(t, "the cache answers", func() bool { return connection.Forget(ctx, "none") == nil })
	shared := cache.NewShared(ctx, connection, cache.DefaultLimits(), log)
	caches, err := cached.New(cached.Config{
		Bytes: 1 << 20, Shared: shared, Write: write, Merge: postgres.MergeTokens, Holds: postgres.HoldsToken,
	})
	require.NoError(t, err)
	p = c.serve(node, nil, caches.Items(items))
	return p, func() {
		p.close()
		caches.Close()
		shared.Close()
		connection.Close()
	}
}

// readTogether has a cache without stale answers read many items at one moment, and go on when they end: the store can
// read each of them once in the time over which they may end, and not at once. Its time is virtual.
func readTogether(t *testing.T, mutant string) (history invariant.History, bounds invariant.Bounds) {
	t.Helper()
	const keys, fills, work = 100, 2, 20 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		times := cache.DefaultTimes()
		times.Fresh, times.Queue, times.Together = times.Keep, 10*work, mutant == noJitter
		store := &slowReads{ItemService: memory.NewItems()}
		caches, err := cached.New(cached.Config{Bytes: 1 << 20, Times: times, Fills: fills})
		require.NoError(t, err)
		all := newClient(t)
		direct := all.handler("one", nil, caches.Items(store))
		ann := all.session(t, "ann", app.NewID())
		ann.http = &http.Client{Transport: handled{direct}}
		for n := range keys {
			ann.create(process{}, fmt.Sprintf("note-%d", n))
		}
		ann.freshness = "" // she comes back another day
		readAll := func() {
			var clients sync.WaitGroup
			for n := range keys {
				reader := ann.also(fmt.Sprintf("reader %d", n))
				clients.Go(func() { reader.read(process{}, fmt.Sprintf("note-%d", n)) })
			}
			clients.Wait()
		}
		time.Sleep(times.Lag)
		readAll()
		readAll() // from now on they are kept
		store.work = work
		time.Sleep(times.Keep * 8 / 10)
		for range 40 {
			readAll()
			time.Sleep(times.Keep / 100)
		}
		caches.Close()
		history = invariant.History{Operations: all.recorder.Operations()}
	})
	return history, invariant.Bounds{}
}

// slowReads are items whose store takes its time.
type slowReads struct {
	app.ItemService

	work time.Duration
}

// Item implements app.ItemService.
func (s *slowReads) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	time.Sleep(s.work)
	return s.ItemService.Item(ctx, caller, id)
}

// handled hands requests to a handler without a network, which has no virtual time.
type handled struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}
