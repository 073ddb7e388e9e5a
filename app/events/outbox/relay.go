package outbox

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app/events"
)

// lockClass is the first half of the relays' advisory locks; the partition is the second. [project number].
const lockClass = 0x1add

const (
	maxHeld     = 1000             // keys; with more the bus is as good as down
	passTime    = 10 * time.Second // for the statements of one batch
	closeTime   = time.Second
	connectTime = 5 * time.Second
)

// Session is a connection of the relay's own to the database that takes the writes.
type Session struct {
	Conn    *pgx.Conn
	Current func() bool // it is still that database
}

// Config says what a relay publishes, and where. The zero value of a number means its default.
type Config struct {
	Connect func(ctx context.Context) (Session, error) // not through a pooler of transactions: it locks and listens
	Bus     events.Publisher

	Partitions  int            // of keys, each published by one process at a time; 1..64; default 1
	Batch       int            // events at once; default 100
	Poll        time.Duration  // looks without being woken; default 1 s
	Standby     time.Duration  // between tries to take over a partition; default 5 s
	PublishTime time.Duration  // for one batch; default 5 s
	Retry       events.Backoff // while the bus takes nothing; default 100 ms to 5 s
	Hold        events.Backoff // of a key whose event the bus refused; default 500 ms to 1 min
	Log         *slog.Logger
}

func (c Config) withDefaults() Config {
	orDuration := func(value *time.Duration, fallback time.Duration) {
		if *value == 0 {
			*value = fallback
		}
	}
	c.Partitions = min(max(1, c.Partitions), 64)
	if c.Batch == 0 {
		c.Batch = 100
	}
	orDuration(&c.Poll, time.Second)
	orDuration(&c.Standby, 5*time.Second)
	orDuration(&c.PublishTime, 5*time.Second)
	orDuration(&c.Retry.First, 100*time.Millisecond)
	orDuration(&c.Retry.Max, 5*time.Second)
	orDuration(&c.Hold.First, 500*time.Millisecond)
	orDuration(&c.Hold.Max, time.Minute)
	return c
}

// Status is what a relay has done so far.
type Status struct {
	Leads     int64 // partitions that it publishes now
	Published int64
	Failed    int64 // tries that the bus refused
}

// Relay publishes what is in the outbox.
type Relay struct {
	config                   Config
	leads, published, failed atomic.Int64
}

// New returns a relay.
func New(config Config) *Relay { return &Relay{config: config.withDefaults()} }

// Status returns the counts.
func (r *Relay) Status() Status {
	return Status{Leads: r.leads.Load(), Published: r.published.Load(), Failed: r.failed.Load()}
}

// Run publishes until ctx ends. Then it takes no more, finishes the batch in hand, and gives its partitions up.
func (r *Relay) Run(ctx context.Context) {
	var all sync.WaitGroup
	for partition := range r.config.Partitions {
		all.Go(func() { r.serve(ctx, partition) })
	}
	all.Wait()
}

// serve leads the partition whenever no other process does. Only the leader has a connection.
func (r *Relay) serve(ctx context.Context, partition int) {
	log := r.config.Log.With(slog.Int("partition", partition))
	for try := 1; ctx.Err() == nil; try++ {
		led, err := r.lead(ctx, partition)
		delay := events.Jitter(r.config.Standby)
		switch {
		case led:
			try = 1
			delay = r.config.Retry.After(try)
		case err != nil:
			delay = min(delay, r.config.Retry.After(try))
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("relay of events interrupted", slog.Any("error", err), slog.Duration("again", delay))
		}
		events.Sleep(ctx, delay)
	}
}

// lead publishes the partition if nobody else does, until ctx ends or the connection does.
func (r *Relay) lead(ctx context.Context, partition int) (led bool, err error) {
	connecting, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	session, err := r.config.Connect(connecting)
	if err != nil {
		return false, err
	}
	defer closeSession(ctx, session.Conn) // which gives the lock up
	const lock = `SELECT pg_try_advisory_lock($1, $2)`
	if err := session.Conn.QueryRow(connecting, lock, lockClass, partition).Scan(&led); err != nil || !led {
		return false, err
	}
	if _, err := session.Conn.Exec(connecting, "LISTEN "+Channel); err != nil {
		return true, err
	}
	r.leads.Add(1)
	defer r.leads.Add(-1)
	r.config.Log.Info("relay of events leads", slog.Int("partition", partition))
	held := holds{}
	pause := 0
	for ctx.Err() == nil && session.Current() {
		began := time.Now()
		done, err := r.pass(context.WithoutCancel(ctx), session.Conn, partition, held)
		if err != nil {
			return true, err
		}
		switch {
		case done.refused:
			pause++
			events.Sleep(ctx, r.config.Retry.After(pause))
		case done.sent > 0:
			pause = 0
		default:
			pause = 0
			if err := r.idle(ctx, session.Conn, held.next(began)); err != nil {
				return true, err
			}
		}
	}
	return true, nil
}

// passed is the result of one batch.
type passed struct {
	sent    int
	refused bool // the bus took nothing
}

// pass publishes one batch and deletes what the bus has taken.
func (r *Relay) pass(ctx context.Context, q events.Querier, partition int, held holds) (passed, error) {
	ctx, cancel := context.WithTimeout(ctx, passTime+r.config.PublishTime)
	defer cancel()
	batch, err := take(ctx, q, partition, r.config.Partitions, held.keys(time.Now()), r.config.Batch)
	if err != nil || len(batch) == 0 {
		return passed{}, err
	}
	publishing, cancel := context.WithTimeout(ctx, r.config.PublishTime)
	defer cancel()
	errs := r.config.Bus.Publish(publishing, batch)
	sent := []string{}
	for i, e := range batch {
		if errs[i] == nil {
			sent = append(sent, e.ID)
		}
	}
	r.published.Add(int64(len(sent)))
	r.failed.Add(int64(len(batch) - len(sent)))
	if err := remove(ctx, q, sent); err != nil {
		return passed{}, err
	}
	return passed{sent: len(sent), refused: r.settle(batch, errs, held)}, nil
}

// settle holds the keys whose events the bus has not taken, so that they hold up nobody else. When it took nothing at
// all, the bus is the reason and no event is: then it says so instead.
func (r *Relay) settle(batch []events.Event, errs []error, held holds) (refused bool) {
	now := time.Now()
	var reason error
	well := false
	for i, e := range batch {
		var later *events.LaterError
		switch {
		case errs[i] == nil:
			delete(held, e.Key)
			well = true
		case errors.As(errs[i], &later):
			held.add(e.Key, now.Add(later.After))
			well = true
		default:
			reason = errs[i]
			held.add(e.Key, now.Add(r.config.Hold.After(held[e.Key].tries+1)))
		}
	}
	if reason != nil {
		r.config.Log.Warn("events not published", slog.Any("error", reason))
	}
	if well && len(held) <= maxHeld {
		return false
	}
	clear(held)
	return true
}

// idle waits for a writer's word, the next held key, or the time to look anyway.
func (r *Relay) idle(ctx context.Context, conn *pgx.Conn, next time.Duration) error {
	wait := r.config.Poll + rand.N(r.config.Poll/4+1) //nolint:gosec // G404: no secret
	if next > 0 {
		wait = min(wait, next)
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_, err := conn.WaitForNotification(waiting)
	if waiting.Err() != nil {
		return nil
	}
	return err
}

func closeSession(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	_ = conn.Close(ctx) // nothing to lose: the server gives the lock up with the connection
}

// holds are keys that wait for another try.
type holds map[string]hold

type hold struct {
	until time.Time
	tries int
}

func (h holds) add(key string, until time.Time) { h[key] = hold{until: until, tries: h[key].tries + 1} }

// keys returns those that wait still.
func (h holds) keys(now time.Time) []string {
	keys := []string{}
	for key, held := range h {
		if held.until.After(now) {
			keys = append(keys, key)
		}
	}
	return keys
}

// next returns the time until the first of them is over that a pass begun at a time left out, at least a millisecond;
// 0 when none waits. What was over before had its chance, and may be gone.
func (h holds) next(began time.Time) (wait time.Duration) {
	for _, held := range h {
		if !held.until.After(began) {
			continue
		}
		if left := max(time.Millisecond, time.Until(held.until)); wait == 0 || left < wait {
			wait = left
		}
	}
	return wait
}
