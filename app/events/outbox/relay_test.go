package outbox_test

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

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/outbox"
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(childOr(pg.Main(m))) }

// recorder is a bus that keeps what it takes.
type recorder struct {
	refuse func(e events.Event) error
	before func()

	mu    sync.Mutex
	taken []events.Event
}

func (r *recorder) Publish(_ context.Context, batch []events.Event) []error {
	if r.before != nil {
		r.before()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	errs := make([]error, len(batch))
	for i, e := range batch {
		if r.refuse != nil {
			errs[i] = r.refuse(e)
		}
		if errs[i] == nil {
			r.taken = append(r.taken, e)
		}
	}
	return errs
}

func (r *recorder) all() []events.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]events.Event{}, r.taken...)
}

func (r *recorder) has(id string) bool {
	for _, e := range r.all() {
		if e.ID == id {
			return true
		}
	}
	return false
}

func config(db pgtest.DB, bus events.Publisher) outbox.Config {
	return outbox.Config{
		Connect: func(ctx context.Context) (outbox.Session, error) {
			conn, err := eventstest.Connect(ctx, db, nil)
			return outbox.Session{Conn: conn, Current: func() bool { return true }}, err
		},
		Bus: bus, Poll: 20 * time.Millisecond, Standby: 20 * time.Millisecond,
		Retry: events.Backoff{First: time.Millisecond, Max: 20 * time.Millisecond},
		Hold:  events.Backoff{First: 10 * time.Millisecond, Max: 50 * time.Millisecond},
		Log:   slog.New(slog.DiscardHandler),
	}
}

// run runs a relay until stop, which waits for its end. So does the end of the test.
func run(t *testing.T, c outbox.Config) (relay *outbox.Relay, stop func()) {
	t.Helper()
	relay = outbox.New(c)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		relay.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return relay, stop
}

func empty(t *testing.T, q events.Querier) {
	t.Helper()
	eventstest.Eventually(t, func() bool { return eventstest.Count(t, q, "SELECT count(*) FROM outbox") == 0 }, "drained")
}

func TestPublishesAllWithAllFields(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	var want []events.Event
	for range 250 { // more than two batches
		want = append(want, eventstest.Event(app.NewID(), 1))
	}
	require.NoError(t, eventstest.Write(t.Context(), pool, want...))
	bus := &recorder{}
	relay, stop := run(t, config(db, bus))
	empty(t, pool)
	stop()
	require.ElementsMatch(t, want, bus.all())
	require.Equal(t, outbox.Status{Published: 250}, relay.Status())
}

// A transaction that is open for long holds an event that is older than those that commit before it.
func TestLongTransactionHoldsALowID(t *testing.T) {
	t.Parallel()
	for name, mutant := range map[string]bool{"relay": false, "naive poller skips it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pg.New(t)
			pool := eventstest.Pool(t, db)
			bus := &recorder{}
			if mutant {
				naive(t, pool, bus)
			} else {
				run(t, config(db, bus))
			}
			low := eventstest.Event("slow", 1)
			long, err := pool.Begin(t.Context())
			require.NoError(t, err)
			require.NoError(t, eventstest.Write(t.Context(), long, low))
			var later []events.Event
			for range 20 {
				later = append(later, eventstest.Event(app.NewID(), 1))
			}
			require.NoError(t, eventstest.Write(t.Context(), pool, later...))
			eventstest.Eventually(t, func() bool { return len(bus.all()) == len(later) }, "those that committed")
			require.NoError(t, long.Commit(t.Context()))
			last := eventstest.Event("last", 1)
			require.NoError(t, eventstest.Write(t.Context(), pool, last))
			eventstest.Eventually(t, func() bool { return bus.has(last.ID) }, "the last")
			if mutant {
				require.False(t, bus.has(low.ID), "the mutant has to lose it, else this test proves nothing")
				return
			}
			eventstest.Eventually(t, func() bool { return bus.has(low.ID) }, "nothing is skipped")
		})
	}
}

// naive is the poller that this relay must not be: it remembers the last id.
func naive(t *testing.T, q events.Querier, bus *recorder) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
	done.Go(func() {
		last := "00000000-0000-0000-0000-000000000000"
		for events.Sleep(ctx, 10*time.Millisecond) {
			rows, err := q.Query(ctx, `SELECT id, key, version FROM outbox WHERE id > $1 ORDER BY id LIMIT 100`, last)
			if err != nil {
				return
			}
			for rows.Next() {
				var e events.Event
				if rows.Scan(&e.ID, &e.Key, &e.Version) == nil {
					bus.Publish(ctx, []events.Event{e})
					last = e.ID
				}
			}
			rows.Close()
		}
	})
}

func TestBrokerDown(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	var up atomic.Bool
	bus := &recorder{refuse: func(events.Event) error {
		if up.Load() {
			return nil
		}
		return errors.New("connection refused")
	}}
	run(t, config(db, bus))
	for range 300 {
		require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event(app.NewID(), 1)), "writes go on")
	}
	eventstest.Eventually(t, func() bool {
		backlog, err := outbox.Measure(t.Context(), pool)
		return err == nil && backlog.Oldest > eventstest.Age && backlog.Events == 300
	}, "the age that an alarm looks at")
	up.Store(true)
	empty(t, pool)
	backlog, err := outbox.Measure(t.Context(), pool)
	require.NoError(t, err)
	require.Zero(t, backlog)
	require.Len(t, bus.all(), 300)
}

func TestOneLeaderAndTakeOver(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	bus := &recorder{}
	first, stopFirst := run(t, config(db, bus))
	eventstest.Eventually(t, func() bool { return first.Status().Leads == 1 }, "the first leads")
	second, _ := run(t, config(db, bus))
	time.Sleep(200 * time.Millisecond)
	require.Zero(t, second.Status().Leads)
	stopFirst()
	eventstest.Eventually(t, func() bool { return second.Status().Leads == 1 }, "the second takes over")
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1)))
	empty(t, pool)
	require.Equal(t, int64(1), second.Status().Published)
}

func TestStopFinishesTheBatch(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	begun, finish := make(chan struct{}), make(chan struct{})
	bus := &recorder{before: func() {
		close(begun)
		<-finish
	}}
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1), eventstest.Event("ann", 2)))
	relay, stop := run(t, config(db, bus))
	<-begun
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	select {
	case <-stopped:
		t.Error("stopped within a batch")
	case <-time.After(200 * time.Millisecond):
	}
	close(finish)
	<-stopped
	require.Len(t, bus.all(), 1, "no batch after the stop")
	require.Equal(t, 1, eventstest.Count(t, pool, "SELECT count(*) FROM outbox"), "what was published is deleted")
	require.Zero(t, relay.Status().Leads)
	eventstest.Eventually(t, func() bool {
		return eventstest.Count(t, pool, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "+
			"(SELECT oid FROM pg_database WHERE datname = current_database())") == 0
	}, "the lock is given up")
}

func TestWokenByWriters(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	bus := &recorder{}
	c := config(db, bus)
	c.Poll = time.Hour
	relay, _ := run(t, c)
	eventstest.Eventually(t, func() bool { return relay.Status().Leads == 1 }, "leads")
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1)))
	_, err := pool.Exec(t.Context(), "NOTIFY "+outbox.Channel)
	require.NoError(t, err)
	empty(t, pool)
}

func TestFollowsTheWriter(t *testing.T) {
	t.Parallel()
	old, next := pg.New(t), pg.New(t)
	var moved atomic.Bool
	bus := &recorder{}
	c := config(old, bus)
	c.Connect = func(ctx context.Context) (outbox.Session, error) {
		at, was := old, moved.Load()
		if was {
			at = next
		}
		conn, err := eventstest.Connect(ctx, at, nil)
		return outbox.Session{Conn: conn, Current: func() bool { return moved.Load() == was }}, err
	}
	relay, _ := run(t, c)
	eventstest.Eventually(t, func() bool { return relay.Status().Leads == 1 }, "leads")
	moved.Store(true)
	pool := eventstest.Pool(t, next)
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1)))
	empty(t, pool)
}
