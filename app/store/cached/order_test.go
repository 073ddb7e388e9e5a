package cached_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/memory"
)

// Who has seen a new value does not see an older one afterwards, whoever wrote it.
func TestReadsDoNotGoBack(t *testing.T) {
	t.Parallel()
	one, two, ann, second := changedElsewhere(t)
	for _, look := range []func(ctx context.Context) error{
		func(ctx context.Context) error { _, err := one.Item(ctx, ann, second.ID); return err },
		func(ctx context.Context) error { _, err := one.Items(ctx, ann, app.ItemQuery{}); return err },
	} {
		ctx := app.WithFreshness(t.Context(), "")
		require.NoError(t, look(ctx))
		got, err := two.Item(ctx, ann, second.ID)
		require.NoError(t, err)
		require.Equal(t, second, got)
	}
}

// Who has seen that an item is gone does not see it again, whoever deleted it, and also when the cache is off where he
// saw it.
func TestDeletionsDoNotGoBack(t *testing.T) {
	t.Parallel()
	off := cached.Config{Enabled: func(context.Context, string) bool { return false }}
	for name, config := range map[string]cached.Config{"kept": {}, "off": off} {
		store, ann := memory.NewItems(), newCaller(t)
		one, two := open(t, config).Items(store), open(t, cached.Config{}).Items(store)
		item, err := one.CreateItem(t.Context(), ann, app.NewItem{Title: "first"})
		require.NoError(t, err)
		keep(t, two, ann, item.ID)
		require.NoError(t, one.DeleteItem(t.Context(), ann, item.ID))

		_, err = two.Item(app.WithFreshness(t.Context(), ""), ann, item.ID)
		require.NoError(t, err, "%s: who has not seen it gone may get what is kept", name)
		device := app.WithFreshness(t.Context(), "")
		for _, process := range []app.ItemService{one, two} {
			_, err = process.Item(device, ann, item.ID)
			require.Equal(t, app.CodeNotFound, app.ErrorCode(err), name)
		}
	}
}

// Who asks for something that is not there is answered from what is kept, too, and learns nothing new each time.
func TestAskingForNothing(t *testing.T) {
	t.Parallel()
	inner, ann, times := &counting{ItemService: memory.NewItems()}, newCaller(t), cache.DefaultTimes()
	times.Negative = time.Minute
	items := open(t, cached.Config{Times: times}).Items(inner)
	device, id, tokens := app.WithFreshness(t.Context(), ""), app.NewID(), []string{}
	for range 10 {
		_, err := items.Item(device, ann, id)
		require.Equal(t, app.CodeNotFound, app.ErrorCode(err))
		tokens = append(tokens, app.Freshness(device).Get())
	}
	require.LessOrEqual(t, inner.reads.Load(), int64(4), "until what is kept knows as much as the device")
	require.Equal(t, tokens[4], tokens[9])
}

// Of two writes the first may be noted last, and then what its user has read is not what the other one needs.
func TestTimesDoNotTellTheOrderOfWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		holds func(token, also string) bool
		want  int64
	}{{holds, 3}, {nil, 2}} { // a mutant that goes by times only
		config := cached.Config{Times: cache.DefaultTimes(), Merge: newest, Holds: c.holds}
		ann, id := newCaller(t), app.NewID()
		first := app.Item{ID: id, Version: 1, UpdatedAt: app.Now()}
		store := &replicated{writer: first, replica: first}
		slow := &slowAnswer{ItemService: store, done: make(chan struct{}), hold: make(chan struct{})}
		one, two := open(t, config).Items(slow), open(t, config).Items(store)
		three := open(t, config).Items(store)

		phone, laptop := app.WithFreshness(t.Context(), ""), app.WithFreshness(t.Context(), "")
		var phoneWrites sync.WaitGroup
		phoneWrites.Go(func() {
			_, err := one.UpdateItem(phone, ann, app.ItemChange{ID: id, Version: 1, Title: "second"})
			assert.NoError(t, err)
		})
		<-slow.done
		store.follow()
		third, err := two.UpdateItem(laptop, ann, app.ItemChange{ID: id, Version: 2, Title: "third"})
		require.NoError(t, err)
		require.Equal(t, int64(3), third.Version)
		close(slow.hold)
		phoneWrites.Wait()

		for range 3 {
			got, err := three.Item(app.WithFreshness(t.Context(), app.Freshness(phone).Get()), ann, id)
			require.NoError(t, err)
			require.Equal(t, int64(2), got.Version, "the replica has what the phone wrote")
		}
		got, err := three.Item(laptop, ann, id)
		require.NoError(t, err)
		require.Equal(t, c.want, got.Version)
	}
}

// slowAnswer holds the answer of an update that is done.
type slowAnswer struct {
	app.ItemService
	done, hold chan struct{}
}

func (s *slowAnswer) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	defer func() {
		close(s.done)
		<-s.hold
	}()
	return s.ItemService.UpdateItem(ctx, caller, in)
}

// A profile that another device has changed does not change back.
func TestProfilesDoNotGoBack(t *testing.T) {
	t.Parallel()
	first := app.User{ID: app.NewID(), Version: 1, CreatedAt: app.Now().Add(-time.Hour)}
	first.UpdatedAt = first.CreatedAt
	ann, store := app.Caller{UserID: first.ID}, &oneUser{user: first}
	one, two := open(t, cached.Config{}).Users(store), open(t, cached.Config{}).Users(store)
	for range 2 {
		_, err := two.Profile(t.Context(), ann)
		require.NoError(t, err)
	}
	store.user.Version, store.user.UpdatedAt = 2, app.Now()
	device := app.WithFreshness(t.Context(), "")
	for _, process := range []app.UserService{one, two} {
		got, err := process.Profile(device, ann)
		require.NoError(t, err)
		require.Equal(t, store.user, got)
	}
}

type oneUser struct {
	app.UserService
	user app.User
}

func (o *oneUser) Profile(context.Context, app.Caller) (app.User, error) { return o.user, nil }

// The log goes on with writes of others. That makes nobody read again what has not changed: not for long after news of
// it, and not at all when it is old.
func TestOthersWritesDoNotEmptyTheCache(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		updated time.Time
		sources []string
		changed bool
	}{
		"news": {app.Now(), []string{"miss", "miss", "miss", "hit", "hit"}, true},
		"old":  {app.Now().Add(-time.Hour), []string{"miss", "miss", "hit", "hit", "hit"}, false},
	} {
		ann, item := newCaller(t), app.Item{ID: app.NewID(), Version: 1, UpdatedAt: c.updated}
		store := &replicated{writer: item, replica: item}
		items := open(t, cached.Config{Times: cache.DefaultTimes(), Merge: newest, Holds: holds}).Items(store)
		began := strconv.FormatInt(time.Now().UnixMicro(), 36) + "~0" // a write of something else
		token, sources := began, []string{}
		for range c.sources {
			store.at++
			store.follow()
			ctx, origin := app.WithRequest(t.Context(), "", token)
			_, err := items.Item(ctx, ann, item.ID)
			require.NoError(t, err)
			token, sources = app.Freshness(ctx).Get(), append(sources, origin.Parts().Cache)
		}
		require.Equal(t, c.sources, sources, name)
		require.Equal(t, c.changed, token != began, name)
	}
}
