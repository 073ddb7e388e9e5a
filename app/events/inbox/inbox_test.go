package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/membus"
)

var pg = pgtest.Shared{Prepare: prepare}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

func prepare(ctx context.Context, url, password string) error {
	if err := eventstest.Migrate(ctx, url, password); err != nil {
		return err
	}
	conn, err := eventstest.Connect(ctx, pgtest.DB{URL: url, Password: password}, nil)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE TABLE effects (n bigserial, id uuid, key text, version bigint)`)
	return errors.Join(err, conn.Close(ctx))
}

// note is an effect that leaves a trace of each time it is done.
func note(ctx context.Context, tx events.Querier, e events.Event) error {
	_, err := tx.Exec(ctx, `INSERT INTO effects (id, key, version) VALUES ($1, $2, $3)`, e.ID, e.Key, e.Version)
	return err
}

func config(db inbox.DB, effect inbox.Effect) inbox.Config {
	return inbox.Config{
		Name: "test", DB: db, Effect: effect, Log: slog.New(slog.DiscardHandler),
		Retry:  events.Backoff{First: 5 * time.Millisecond, Max: 50 * time.Millisecond},
		Outage: events.Backoff{First: 20 * time.Millisecond, Max: 50 * time.Millisecond},
	}
}

// consume consumes from a bus in memory until the test ends.
func consume(t *testing.T, c inbox.Config) (*inbox.Consumer, events.Bus) {
	t.Helper()
	bus := membus.New(c.Name)
	consumer := inbox.New(c)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- consumer.Run(ctx, bus) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return consumer, bus
}

// Every event comes twice, and those of different keys in any order.
func TestTwiceAndShuffledAcrossKeys(t *testing.T) {
	t.Parallel()
	for name, mutant := range map[string]bool{"inbox": false, "without the inbox it is done twice": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pg.New(t)
			pool, store := eventstest.Pool(t, db), eventstest.Open(t, db)
			const keys, versions = 20, 10
			var queues [][]events.Event // of a key, in order, each twice
			for key := range keys {
				var queue []events.Event
				for version := range int64(versions) {
					e := eventstest.Event(fmt.Sprintf("key-%d", key), version+1)
					queue = append(queue, e, e)
				}
				queues = append(queues, queue)
			}
			var consumer *inbox.Consumer
			var bus events.Bus
			if mutant {
				bus = membus.New("test")
				eventstest.Subscribe(t, bus, "test", func(ctx context.Context, d events.Delivery) events.Outcome {
					return naive(ctx, store, d.Event)
				})
			} else {
				consumer, bus = consume(t, config(store, note))
			}
			for len(queues) > 0 {
				var batch []events.Event
				batch, queues = drawn(queues)
				eventstest.Publish(t, bus, batch...)
			}
			done := eventstest.Count(t, pool, "SELECT count(*) FROM effects")
			if mutant {
				require.Equal(t, 2*keys*versions, done, "the mutant has to do it twice")
				return
			}
			require.Equal(t, keys*versions, done)
			require.Equal(t, keys*versions, eventstest.Count(t, pool, "SELECT count(DISTINCT id) FROM effects"))
			require.Zero(t, eventstest.Count(t, pool, `SELECT count(*) FROM effects a JOIN effects b USING (key)
				WHERE a.n < b.n AND a.version >= b.version`), "the order of each key")
			require.Equal(t, inbox.Status{Done: keys * versions, Duplicates: keys * versions}, consumer.Status())
		})
	}
}

// drawn takes the first event of some keys in any order.
func drawn(queues [][]events.Event) (batch []events.Event, left [][]events.Event) {
	rand.Shuffle(len(queues), func(i, j int) { queues[i], queues[j] = queues[j], queues[i] })
	n := 1 + rand.IntN(len(queues))
	for i, queue := range queues {
		if i < n {
			batch, queue = append(batch, queue[0]), queue[1:]
		}
		if len(queue) > 0 {
			left = append(left, queue)
		}
	}
	return batch, left
}

// naive is the consumer that this one must not be.
func naive(ctx context.Context, db inbox.DB, e events.Event) events.Outcome {
	err := db.Transact(ctx, func(ctx context.Context, tx events.Querier) error { return note(ctx, tx, e) })
	if err != nil {
		return events.Retry(0)
	}
	return events.Ack()
}

// At one time, in any order, several times each: what is older than what was done changes nothing.
func TestOutOfOrderWithinAKey(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	consumer, bus := consume(t, config(eventstest.Open(t, db), note))
	var batch []events.Event
	for version := range int64(30) {
		e := eventstest.Event("ann", version+1)
		batch = append(batch, e, e)
	}
	rand.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	eventstest.Publish(t, bus, batch...)
	require.Zero(t, eventstest.Count(t, pool, `SELECT count(*) FROM effects a JOIN effects b USING (key)
		WHERE a.n < b.n AND a.version >= b.version`))
	require.Equal(t, 30, eventstest.Count(t, pool, "SELECT max(version) FROM effects"), "the newest is done in the end")
	require.Zero(t, eventstest.Count(t, pool, "SELECT count(*) FROM dead_letters"))
	require.Positive(t, consumer.Status().Done)
}

func TestPoison(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	var repaired atomic.Bool
	poison := eventstest.Event("poison", 1)
	consumer, bus := consume(t, config(eventstest.Open(t, db), func(ctx context.Context, tx events.Querier, e events.Event) error {
		if err := note(ctx, tx, e); err != nil {
			return err
		}
		if e.ID == poison.ID && !repaired.Load() {
			return errors.New("cannot be done\x00")
		}
		return nil
	}))
	bus.Publish(t.Context(), []events.Event{poison})
	var others []events.Event
	for range 100 {
		others = append(others, eventstest.Event(app.NewID(), 1))
	}
	eventstest.Publish(t, bus, others...)
	require.Equal(t, 100, eventstest.Count(t, pool, "SELECT count(*) FROM effects"), "the others")
	eventstest.Publish(t, bus, poison)
	require.Equal(t, inbox.Status{Done: 100, Failed: 5, Dead: 1}, consumer.Status(), "five tries")
	letters, err := inbox.Dead(t.Context(), pool)
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, poison, letters[0].Event)
	require.Equal(t, []any{"test", 5, "cannot be done"}, []any{letters[0].Consumer, letters[0].Tries, letters[0].Error})
	dead, err := inbox.CountDead(t.Context(), pool)
	require.NoError(t, err)
	require.Equal(t, int64(1), dead)
	require.Zero(t, eventstest.Count(t, pool, "SELECT count(*) FROM effects WHERE key = 'poison'"), "no half effects")

	require.ErrorContains(t, consumer.Replay(t.Context(), poison.ID), "cannot be done")
	require.Equal(t, 6, eventstest.Count(t, pool, "SELECT tries FROM dead_letters"))
	repaired.Store(true)
	require.NoError(t, consumer.Replay(t.Context(), poison.ID))
	require.ErrorIs(t, consumer.Replay(t.Context(), poison.ID), inbox.ErrNoLetter)
	require.Equal(t, 1, eventstest.Count(t, pool, "SELECT count(*) FROM effects WHERE key = 'poison'"))
	require.Zero(t, eventstest.Count(t, pool, "SELECT count(*) FROM dead_letters"))
}

// lastHand is a bus that has given an event out often, and nobody has answered for it.
type lastHand struct {
	events.Bus

	delivery events.Delivery
	outcome  events.Outcome
}

func (b *lastHand) Subscribe(ctx context.Context, _ string, handle events.Handler) error {
	b.outcome = handle(ctx, b.delivery)
	return nil
}

// An event that ends its process becomes a dead letter in the end, and one that only met processes that stopped is
// tried.
func TestEventThatEndsItsProcess(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]inbox.Status{20: {Done: 1}, 21: {Failed: 1, Dead: 1}} {
		consumer := inbox.New(config(eventstest.Open(t, pg.New(t)), note))
		bus := &lastHand{delivery: events.Delivery{Event: eventstest.Event("ann", 1), Attempt: attempt}}
		require.NoError(t, consumer.Run(t.Context(), bus))
		require.Equal(t, events.Ack(), bus.outcome)
		require.Equal(t, want, consumer.Status())
	}
}

func TestPoisonReplayedAfterANewerEvent(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	consumer, bus := consume(t, config(eventstest.Open(t, db), func(ctx context.Context, tx events.Querier, e events.Event) error {
		if e.Version == 1 {
			panic("no such branch")
		}
		return note(ctx, tx, e)
	}))
	old := eventstest.Event("ann", 1)
	eventstest.Publish(t, bus, old)
	letters, err := inbox.Dead(t.Context(), pool)
	require.NoError(t, err)
	require.Contains(t, letters[0].Error, "panic: no such branch")
	eventstest.Publish(t, bus, eventstest.Event("ann", 2))
	require.NoError(t, consumer.Replay(t.Context(), old.ID), "the newer event says all that it says")
	require.Equal(t, inbox.Status{Done: 1, Stale: 0, Failed: 5, Dead: 1}, consumer.Status())
	require.Zero(t, eventstest.Count(t, pool, "SELECT count(*) FROM dead_letters"))
}

func TestOutageCountsNoTry(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	db := server.Database(t, "app")
	require.NoError(t, prepare(t.Context(), db.URL, db.Password))
	consumer, bus := consume(t, config(eventstest.Open(t, db), note))
	eventstest.Publish(t, bus, eventstest.Event("ann", 1))
	server.Stop(t)
	published := make(chan struct{})
	go func() {
		defer close(published)
		eventstest.Publish(t, bus, eventstest.Event("ann", 2))
	}()
	time.Sleep(eventstest.Age)
	server.Restart(t)
	<-published
	status := consumer.Status()
	require.Equal(t, int64(2), status.Done)
	require.LessOrEqual(t, status.Failed, int64(1), "at most the try that met the end of the outage")
	require.Zero(t, status.Dead)
}

func TestLateDuplicateAfterThePurge(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	consumer, bus := consume(t, config(eventstest.Open(t, db), note))
	e := eventstest.Event("ann", 1)
	eventstest.Publish(t, bus, e)
	_, err := pool.Exec(t.Context(), "UPDATE inbox SET received_at = now() - interval '2 days'")
	require.NoError(t, err)
	require.NoError(t, consumer.Purge(t.Context()))
	require.Zero(t, eventstest.Count(t, pool, "SELECT count(*) FROM inbox"))
	eventstest.Publish(t, bus, e)
	require.Equal(t, inbox.Status{Done: 1, Stale: 1}, consumer.Status())
}
