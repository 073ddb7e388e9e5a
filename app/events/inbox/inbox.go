// Package inbox does the effect of each event exactly once: in one transaction with the record of the event.
//
// An event that fails comes again, later each time, and after the last try becomes a dead letter with its error. While
// the database does not answer, no try is counted.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ladder-iac/ladder/app/events"
)

// Tries is how often an event is tried before it becomes a dead letter.
const Tries = 5

// hopeless is how often an event may have come before it is not even tried: it may be what ends its process. A bus
// counts what was no try, too, such as a process that stopped with the event in hand. SQS gives up before, and keeps
// the event.
const hopeless = 20

var errHopeless = errors.New("it came again and again, and nobody could say what of it")

const (
	purgeInterval = time.Minute
	purgeRows     = 1000
	answerTime    = 2 * time.Second
	buryTime      = 5 * time.Second
)

// DB is where effects are kept.
type DB interface {
	// Transact runs fn's statements all or not at all. It may run fn again.
	Transact(ctx context.Context, fn func(ctx context.Context, tx events.Querier) error) error
}

// Effect does what an event asks for, in the transaction. It returns nil for types that it does not know.
type Effect func(ctx context.Context, tx events.Querier, e events.Event) error

// Config says who consumes. The zero value of a number means its default.
type Config struct {
	Name   string // of the consumer: the group at the bus, and whose inbox it is
	DB     DB
	Effect Effect

	EffectTime time.Duration  // of one try; default 5 s
	Retry      events.Backoff // between tries; default 1 s to 5 min
	Outage     events.Backoff // while the database does not answer; default 200 ms to 5 s
	Keep       time.Duration  // of what is in the inbox; default 1 day. Later duplicates fail by their version
	Log        *slog.Logger
}

func (c Config) withDefaults() Config {
	orDuration := func(value *time.Duration, fallback time.Duration) {
		if *value == 0 {
			*value = fallback
		}
	}
	orDuration(&c.EffectTime, 5*time.Second)
	orDuration(&c.Retry.First, time.Second)
	orDuration(&c.Retry.Max, 5*time.Minute)
	orDuration(&c.Outage.First, 200*time.Millisecond)
	orDuration(&c.Outage.Max, 5*time.Second)
	orDuration(&c.Keep, 24*time.Hour)
	return c
}

// Status is what a consumer has done so far.
type Status struct {
	Done, Duplicates, Stale int64 // stale: a newer event of the key was first
	Failed, Dead            int64 // tries, events
}

// Consumer does the effects of events.
type Consumer struct {
	config                                Config
	done, duplicates, stale, failed, dead atomic.Int64
}

// New returns a consumer.
func New(config Config) *Consumer { return &Consumer{config: config.withDefaults()} }

// Name returns the consumer's name.
func (c *Consumer) Name() string { return c.config.Name }

// Status returns the counts.
func (c *Consumer) Status() Status {
	return Status{
		Done: c.done.Load(), Duplicates: c.duplicates.Load(), Stale: c.stale.Load(),
		Failed: c.failed.Load(), Dead: c.dead.Load(),
	}
}

// Run consumes until ctx ends, and then finishes what is in hand.
func (c *Consumer) Run(ctx context.Context, bus events.Bus) error {
	purging, stop := context.WithCancel(ctx)
	purged := make(chan struct{})
	go func() {
		defer close(purged)
		for events.Sleep(purging, events.Jitter(purgeInterval)) {
			if err := c.purge(purging); err != nil && purging.Err() == nil {
				c.config.Log.Warn("old rows of the inbox stay for now", slog.Any("error", err))
			}
		}
	}()
	err := bus.Subscribe(ctx, c.config.Name, func(handling context.Context, d events.Delivery) events.Outcome {
		return c.handle(handling, ctx, d)
	})
	stop()
	<-purged
	return err
}

// handle tries an event once; stopping ends the wait for a database that is away.
func (c *Consumer) handle(ctx, stopping context.Context, d events.Delivery) events.Outcome {
	ctx = d.Event.Context(ctx)
	err := errHopeless
	if d.Attempt <= hopeless {
		err = c.untilAnswered(stopping, func() error { return c.try(ctx, d.Event) })
	}
	if err == nil {
		return events.Ack()
	}
	c.failed.Add(1)
	log := c.config.Log.With(slog.String("consumer", c.config.Name), slog.String("event", d.Event.ID),
		slog.String("type", d.Event.Type), slog.Int("try", d.Attempt), slog.Any("error", err))
	delay := c.config.Retry.After(d.Attempt)
	if stopping.Err() != nil || d.Attempt < Tries {
		log.WarnContext(ctx, "event failed", slog.Duration("again", delay))
		return events.Retry(delay)
	}
	if buried := c.untilAnswered(stopping, func() error { return c.bury(ctx, d, err) }); buried != nil {
		log.ErrorContext(ctx, "event failed, and did not become a dead letter", slog.Any("reason", buried))
		return events.Retry(delay)
	}
	c.dead.Add(1)
	log.ErrorContext(ctx, "event is a dead letter; see: app events dead")
	return events.Ack()
}

// untilAnswered repeats fn until its error is not that the database is away. What it does not answer is no fault of
// the event, whatever the error looks like.
func (c *Consumer) untilAnswered(stopping context.Context, fn func() error) error {
	for outage := 1; ; outage++ {
		err := fn()
		if err == nil || c.answers(stopping) {
			return err
		}
		if !events.Sleep(stopping, c.config.Outage.After(outage)) {
			return err
		}
	}
}

func (c *Consumer) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return c.config.DB.Transact(ctx, func(ctx context.Context, tx events.Querier) error {
		_, err := tx.Exec(ctx, "SELECT 1")
		return err
	}) == nil
}

func (c *Consumer) try(ctx context.Context, e events.Event) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.EffectTime)
	defer cancel()
	var counter *atomic.Int64
	err := c.config.DB.Transact(ctx, func(ctx context.Context, tx events.Querier) (err error) {
		counter, err = c.once(ctx, tx, e)
		return err
	})
	if err == nil {
		counter.Add(1)
	}
	return err
}

// once does the effect if the event is new, and says what it was. The row of the key is locked until the transaction
// ends: events of one key have their effects one after the other.
func (c *Consumer) once(ctx context.Context, tx events.Querier, e events.Event) (what *atomic.Int64, err error) {
	const query = `WITH fresh AS (
			INSERT INTO inbox (consumer, event_id, received_at) VALUES ($1, $2, now())
			ON CONFLICT DO NOTHING RETURNING event_id
		), newer AS (
			INSERT INTO inbox_versions AS v (consumer, aggregate, key, version)
			SELECT $1, $3::text, $4::text, $5::bigint FROM fresh
			ON CONFLICT (consumer, aggregate, key) DO UPDATE SET version = excluded.version
			WHERE v.version < excluded.version RETURNING version
		) SELECT (SELECT count(*) FROM fresh) > 0, (SELECT count(*) FROM newer) > 0`
	var fresh, newer bool
	err = tx.QueryRow(ctx, query, c.config.Name, e.ID, e.Aggregate, e.Key, e.Version).Scan(&fresh, &newer)
	switch {
	case err != nil:
		return nil, fmt.Errorf("inbox: %w", err)
	case !fresh:
		return &c.duplicates, nil
	case !newer:
		return &c.stale, nil
	}
	return &c.done, c.effect(ctx, tx, e)
}

// effect turns a panic into an error: one event must not end the process for all the others.
func (c *Consumer) effect(ctx context.Context, tx events.Querier, e events.Event) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	return c.config.Effect(ctx, tx, e)
}

// purge removes what no bus delivers again.
func (c *Consumer) purge(ctx context.Context) error {
	const query = `DELETE FROM inbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM inbox
		WHERE received_at < now() - $1 * interval '1 second' ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))`
	for rows := int64(purgeRows); rows == purgeRows; {
		ctx, cancel := context.WithTimeout(ctx, c.config.EffectTime)
		err := c.config.DB.Transact(ctx, func(ctx context.Context, tx events.Querier) error {
			tag, err := tx.Exec(ctx, query, c.config.Keep.Seconds(), purgeRows)
			rows = tag.RowsAffected()
			return err
		})
		cancel()
		if err != nil {
			return errors.Join(errors.New("inbox"), err)
		}
	}
	return nil
}
