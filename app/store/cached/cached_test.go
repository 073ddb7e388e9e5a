package cached_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/memory"
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

// open returns the caches of one process.
func open(t *testing.T, config cached.Config) *cached.Caches {
	t.Helper()
	if config.Bytes == 0 {
		config.Bytes = 1 << 20
	}
	caches, err := cached.New(config)
	require.NoError(t, err)
	t.Cleanup(caches.Close)
	return caches
}

// shared returns a connection to a server as one process has it.
func shared(t *testing.T, server *redistest.Server) *cache.Shared {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	client, err := valkey.Open(t.Context(), valkey.Config{URL: server.URL()}, log)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	require.Eventually(t, func() bool { return client.Forget(t.Context(), "none") == nil },
		time.Minute, 10*time.Millisecond)
	limits := cache.DefaultLimits()
	limits.Call = 5 * time.Second // test machines are busy
	s := cache.NewShared(context.WithoutCancel(t.Context()), client, limits, log)
	t.Cleanup(s.Close)
	return s
}

func newCaller(*testing.T) app.Caller { return app.Caller{UserID: app.NewID()} }

// keep reads until the item is kept: twice.
func keep(t *testing.T, items app.ItemService, caller app.Caller, id string) {
	t.Helper()
	for range 2 {
		_, err := items.Item(t.Context(), caller, id)
		require.NoError(t, err)
	}
}

// changedElsewhere returns two processes that do not hear each other, and an item that one has changed while the other
// keeps its first version.
func changedElsewhere(t *testing.T) (two, three app.ItemService, ann app.Caller, second app.Item) {
	t.Helper()
	var one app.ItemService
	store, ann := memory.NewItems(), newCaller(t)
	one, two, three = open(t, cached.Config{}).Items(store), open(t, cached.Config{}).Items(store), open(t, cached.Config{}).Items(store)
	item, err := one.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
	require.NoError(t, err)
	keep(t, two, ann, item.ID)
	keep(t, three, ann, item.ID)
	second, err = one.UpdateItem(t.Context(), ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
	require.NoError(t, err)
	return two, three, ann, second
}

// counting counts the reads of single items, and may fail writes after they were done.
type counting struct {
	app.ItemService
	reads atomic.Int64
	lose  atomic.Bool
}

func (c *counting) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	c.reads.Add(1)
	return c.ItemService.Item(ctx, caller, id)
}

func (c *counting) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	item, err := c.ItemService.UpdateItem(ctx, caller, in)
	if err == nil && c.lose.Load() {
		return app.Item{}, app.Errorf(app.CodeUnavailable, "the answer was lost")
	}
	return item, err
}

func TestThousandReadersOfOneItem(t *testing.T) {
	t.Parallel()
	inner, ann := &counting{ItemService: memory.NewItems()}, newCaller(t)
	item, err := inner.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
	require.NoError(t, err)
	items := open(t, cached.Config{}).Items(inner)
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if got, err := items.Item(t.Context(), ann, item.ID); err != nil || got != item {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, inner.reads.Load(), int64(2), "the second one when nobody else was there with the first")
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	ann := newCaller(t)
	var on atomic.Bool
	on.Store(true)
	items := open(t, cached.Config{Enabled: func(_ context.Context, userID string) bool {
		return userID == ann.UserID && on.Load()
	}}).Items(memory.NewItems())
	item, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
	require.NoError(t, err)
	read := func() string {
		ctx, origin := app.WithOrigin(t.Context())
		got, err := items.Item(ctx, ann, item.ID)
		require.NoError(t, err)
		require.Equal(t, item, got)
		return origin.Parts().Cache
	}
	require.Equal(t, "miss", read())
	require.Equal(t, "miss", read(), "it is kept from now on")
	require.Equal(t, "hit", read())
	on.Store(false)
	require.Equal(t, "off", read())
	item, err = items.UpdateItem(t.Context(), ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
	require.NoError(t, err)
	on.Store(true)
	require.Equal(t, "miss", read(), "writes are noted while it is off")
}

// Two processes that do not hear each other: only the token says that there is something newer.
func TestUserReadsHisOwnWritesThroughAnotherProcess(t *testing.T) {
	t.Parallel()
	store, ann := memory.NewItems(), newCaller(t)
	one, two := open(t, cached.Config{}).Items(store), open(t, cached.Config{}).Items(store)
	item, err := one.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
	require.NoError(t, err)
	keep(t, two, ann, item.ID)

	writing := app.WithFreshness(t.Context(), "")
	second, err := one.UpdateItem(writing, ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
	require.NoError(t, err)
	token, changed := app.Freshness(writing).Changed()
	require.True(t, changed)
	require.True(t, app.IsFreshness(token), token)

	got, err := two.Item(t.Context(), ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, item, got, "who knows of nothing may get what is kept")
	reading := app.WithFreshness(t.Context(), token)
	got, err = two.Item(reading, ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, second, got)

	require.NoError(t, one.DeleteItem(reading, ann, item.ID))
	_, err = two.Item(app.WithFreshness(t.Context(), app.Freshness(reading).Get()), ann, item.ID)
	require.Equal(t, app.CodeNotFound, app.ErrorCode(err))
}

func TestLostAnswerOfAWrite(t *testing.T) {
	t.Parallel()
	inner, ann := &counting{ItemService: memory.NewItems()}, newCaller(t)
	items := open(t, cached.Config{}).Items(inner)
	item, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
	require.NoError(t, err)
	keep(t, items, ann, item.ID)
	inner.lose.Store(true)
	_, err = items.UpdateItem(t.Context(), ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	got, err := items.Item(t.Context(), ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, "second", got.Title)
}

func TestConflictMakesReadingAgainHelp(t *testing.T) {
	t.Parallel()
	two, three, ann, second := changedElsewhere(t)
	writing := app.WithFreshness(t.Context(), "")
	_, err := two.UpdateItem(writing, ann, app.ItemChange{ID: second.ID, Version: 1, Title: "lost"})
	require.Equal(t, app.CodeConflict, app.ErrorCode(err))
	got, err := two.Item(t.Context(), ann, second.ID)
	require.NoError(t, err)
	require.Equal(t, second, got)
	got, err = three.Item(t.Context(), ann, second.ID)
	require.NoError(t, err)
	require.Equal(t, int64(1), got.Version, "who knows of nothing may get what is kept")
	got, err = three.Item(app.WithFreshness(t.Context(), app.Freshness(writing).Get()), ann, second.ID)
	require.NoError(t, err)
	require.Equal(t, second, got, "by whichever server it is read")
}

func TestMutantLosesAWrite(t *testing.T) {
	t.Parallel()
	for write, want := range map[cache.AfterWrite]string{cache.DropOlder: "second", cache.SetBlindly: "first"} {
		store, ann := memory.NewItems(), newCaller(t)
		held := &holding{ItemService: store, began: make(chan struct{}), hold: make(chan struct{})}
		items := open(t, cached.Config{Write: write}).Items(held)
		item, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
		require.NoError(t, err)
		var slow sync.WaitGroup
		slow.Go(func() { _, _ = items.Item(t.Context(), ann, item.ID) })
		<-held.began
		_, err = items.UpdateItem(t.Context(), ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
		require.NoError(t, err)
		close(held.hold)
		slow.Wait()
		got, err := items.Item(t.Context(), ann, item.ID)
		require.NoError(t, err)
		require.Equal(t, want, got.Title)
	}
}

// holding holds the answer of its first read of an item.
type holding struct {
	app.ItemService
	once        sync.Once
	began, hold chan struct{}
}

func (h *holding) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	item, err := h.ItemService.Item(ctx, caller, id)
	h.once.Do(func() {
		close(h.began)
		<-h.hold
	})
	return item, err
}
