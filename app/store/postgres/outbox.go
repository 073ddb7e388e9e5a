package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/events/usernames"
)

const (
	wakeDelay = 5 * time.Millisecond // commits within it share one word to the relay
	wakeTime  = time.Second
)

// withEvent makes of a change, which returns the rows that it made, one statement that also writes the event for such
// a row, and returns the same: one round trip, and both or none.
func withEvent(change string, args []any, e events.Event) (query string, all []any) {
	n := len(args)
	query = fmt.Sprintf(`WITH changed AS (%s), told AS (
			INSERT INTO outbox (id, aggregate, key, version, type, payload, trace, occurred_at)
			SELECT $%d::uuid, $%d::text, $%d::text, $%d::bigint, $%d::text, $%d::json, $%d::json, $%d::timestamptz
			FROM changed
		) SELECT * FROM changed`, change, n+1, n+2, n+3, n+4, n+5, n+6, n+7, n+8)
	all = append(all, args...)
	return query, append(all, e.ID, e.Aggregate, e.Key, e.Version, e.Type, e.Payload, e.Trace, e.OccurredAt)
}

func userEvent(ctx context.Context, kind, id string, version int64, name string) (events.Event, error) {
	return events.New(ctx, events.UserAggregate, id, kind, version, events.User{Name: name})
}

// waker tells the relay, wherever it runs, that there are events. Not in the transaction: notifications take a lock
// of the whole cluster at commit. One that is lost costs the relay's next look.
type waker struct{ waits atomic.Bool }

func (w *waker) wake(ctx context.Context, db *DB) {
	if !w.waits.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(wakeDelay, func() {
		w.waits.Store(false)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wakeTime)
		defer cancel()
		tell := func(ctx context.Context, q querier) error {
			_, err := q.Exec(ctx, "NOTIFY "+outbox.Channel)
			return err
		}
		if err := db.writing(ctx, tell, options{repeatable: true, gateless: true}); err != nil {
			db.log.Debug("the relay of events is not woken", slog.Any("error", err))
		}
	})
}

// Session is a connection for the relay of events, beside the pool.
func (db *DB) Session(ctx context.Context) (outbox.Session, error) {
	writer := db.router.current.Load().writer
	config, err := writer.connConfig(ctx)
	if err != nil {
		return outbox.Session{}, err
	}
	config.RuntimeParams["application_name"] = "ladder-relay"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return outbox.Session{}, fmt.Errorf("relay of events: %w", err)
	}
	standby, _, err := roleOf(ctx, conn)
	if err == nil && standby {
		err = errStandby
	}
	if err != nil {
		closeSoon(ctx, conn)
		return outbox.Session{}, err
	}
	return outbox.Session{
		Conn: conn, Current: func() bool { return db.router.current.Load().writer == writer },
	}, nil
}

// Transact implements inbox.DB. Errors that fn makes itself pass as they are: they say nothing about the server.
func (db *DB) Transact(ctx context.Context, fn func(ctx context.Context, tx events.Querier) error) error {
	var own error
	err := db.transact(ctx, func(ctx context.Context, q querier) error {
		own = nil
		err := fn(ctx, q)
		var server *pgconn.PgError
		tx, ok := q.(pgx.Tx)
		if err == nil || errors.As(err, &server) || !ok || tx.Conn().IsClosed() {
			return err
		}
		own = err
		return pgx.ErrNoRows // rolls back, and is no reason to doubt the connections
	})
	if own != nil {
		return own
	}
	return err
}

// EventBacklog returns what waits in the outbox.
func (db *DB) EventBacklog(ctx context.Context) (found outbox.Backlog, err error) {
	err = db.readWriter(ctx, func(ctx context.Context, q querier) error {
		found, err = outbox.Measure(ctx, q)
		return err
	})
	return found, err
}

// DeadLetters returns how many events wait for a replay.
func (db *DB) DeadLetters(ctx context.Context) (found int64, err error) {
	err = db.readWriter(ctx, func(ctx context.Context, q querier) error {
		found, err = inbox.CountDead(ctx, q)
		return err
	})
	return found, err
}

// UserNames returns the names of users by id, from the copy that events keep. A user whose event is still on its way
// is missing.
func (db *DB) UserNames(ctx context.Context, ids ...string) (names map[string]string, err error) {
	err = db.read(ctx, func(ctx context.Context, q querier) error {
		names, err = usernames.Of(ctx, q, ids...)
		return err
	})
	return names, err
}
