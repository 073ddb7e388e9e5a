package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// querier is what a statement runs on. Nothing else may use the connection while its rows are read.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// errBehind discards an answer: the replica did not have yet what the user has seen.
var errBehind = errors.New("the replica is behind what the user has seen")

// tracked is a connection that tells the position of its node in the round trip of each statement. A read is good only
// if the node, asked right before it, held what the user has seen: what the last look at the node said may be too old,
// and is only used to choose the node.
type tracked struct {
	conn  *pgx.Conn
	fresh freshness
	write bool
	seen  []mark // of a read on a replica

	known    bool
	position int64 // after the last statement
	at       time.Time
}

// Exec implements querier.
func (t *tracked) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	results, err := t.send(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if err != nil {
		return tag, errors.Join(err, ignore(results.Close()))
	}
	return tag, t.finish(results)
}

// QueryRow implements querier.
func (t *tracked) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return rowFunc(func(dest ...any) error {
		results, err := t.send(ctx, sql, args)
		if err != nil {
			return err
		}
		err = results.QueryRow().Scan(dest...)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return errors.Join(err, ignore(results.Close()))
		}
		return errors.Join(t.finish(results), err)
	})
}

// Query implements querier.
func (t *tracked) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	results, err := t.send(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, ignore(results.Close()))
	}
	return &trackedRows{Rows: rows, finish: func() error { return t.finish(results) }}, nil
}

// send sends the statement with what surrounds it. The position after a write must be asked for after its commit:
// the statements of one batch would else be one transaction that commits at its end.
func (t *tracked) send(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	check := len(t.seen) > 0
	batch := &pgx.Batch{}
	switch {
	case t.write:
		batch.Queue("begin")
	case check:
		batch.Queue(t.fresh.probe())
	}
	batch.Queue(sql, args...)
	if t.write {
		batch.Queue("commit")
	}
	batch.Queue(t.fresh.probe())
	t.at = time.Now()
	results := t.conn.SendBatch(ctx, batch)
	var err error
	switch {
	case t.write:
		_, err = results.Exec()
	case check:
		err = t.readProbe(results)
		if err == nil && !coversAll(t.fresh, t.position, t.seen, time.Now()) {
			err = errBehind
		}
	}
	if err != nil {
		return nil, errors.Join(err, ignore(results.Close()))
	}
	return results, nil
}

func (t *tracked) finish(results pgx.BatchResults) error {
	var err error
	if t.write {
		_, err = results.Exec()
	}
	if err == nil {
		err = t.readProbe(results)
	}
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readProbe reads a position. A replica that takes writes was promoted: what it shows may be of another history.
func (t *tracked) readProbe(results pgx.BatchResults) error {
	var standby bool
	var lag float64
	if err := results.QueryRow().Scan(&standby, &t.position, &lag); err != nil {
		return err
	}
	t.known = true
	if t.seen != nil && !standby {
		return errPromoted
	}
	return nil
}

// ignore drops an error that only repeats one that is already known.
func ignore(error) error { return nil }

type rowFunc func(dest ...any) error

// Scan implements pgx.Row.
func (f rowFunc) Scan(dest ...any) error { return f(dest...) }

// trackedRows finishes the batch when the rows end.
type trackedRows struct {
	pgx.Rows
	finish func() error
	done   bool
	err    error
}

// Next implements pgx.Rows.
func (r *trackedRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Close implements pgx.Rows.
func (r *trackedRows) Close() {
	if r.done {
		return
	}
	r.done = true
	r.Rows.Close()
	r.err = r.finish()
}

// Err implements pgx.Rows.
func (r *trackedRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}
