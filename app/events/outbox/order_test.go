package outbox_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
)

func TestOneKeyRefusedHoldsUpNobody(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	var open atomic.Bool
	bus := &recorder{refuse: func(e events.Event) error {
		if e.Key == "bad" && !open.Load() {
			return errors.New("refused")
		}
		return nil
	}}
	run(t, config(db, bus))
	for version := range int64(3) {
		require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("bad", version+1)))
	}
	for range 200 {
		require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event(app.NewID(), 1)))
	}
	eventstest.Eventually(t, func() bool { return len(bus.all()) == 200 }, "the others")
	open.Store(true)
	empty(t, pool)
	require.Len(t, bus.all(), 203)
	requireOrder(t, bus.all())
}

// requireOrder checks that no event came before an older one of its key had come at least once.
func requireOrder(t *testing.T, all []events.Event) {
	t.Helper()
	last := map[string]int64{}
	for _, e := range all {
		require.LessOrEqual(t, e.Version, last[e.Key]+1, "key %s", e.Key)
		last[e.Key] = max(last[e.Key], e.Version)
	}
}

func TestOrderOfAKeyWhenClocksDiffer(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	var versions []events.Event
	for version := range int64(20) {
		versions = append(versions, eventstest.Event("ann", version+1))
	}
	for i := range versions { // the ids go the other way
		versions[i].ID, versions[len(versions)-1-i].ID = versions[len(versions)-1-i].ID, versions[i].ID
		if i >= len(versions)/2-1 {
			break
		}
	}
	require.NoError(t, eventstest.Write(t.Context(), pool, versions...))
	bus := &recorder{}
	run(t, config(db, bus))
	empty(t, pool)
	require.Equal(t, versions, bus.all())
}

func TestPartitionsShareTheKeys(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	for range 200 {
		key := app.NewID()
		require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event(key, 1), eventstest.Event(key, 2)))
	}
	bus := &recorder{}
	c := config(db, bus)
	c.Partitions = 4
	run(t, c)
	empty(t, pool)
	require.Len(t, bus.all(), 400)
	requireOrder(t, bus.all())
}
