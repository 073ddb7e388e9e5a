package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// work is statements. It may be run again, and uses the context that it is given.
type work func(ctx context.Context, q querier) error

// reading is one of the ways to read.
type reading func(ctx context.Context, fn work) error

// read runs fn, which changes nothing, on a node that holds what the user has seen, and once more on another one
// when the first went away.
func (db *DB) read(ctx context.Context, fn work) error {
	seen := plausible(marksOf(ctx), db.router.current.Load().writer.state(), time.Now())
	var last *node
	failed, sure := false, false
	for {
		n, done, err := db.router.reader(ctx, seen, last, sure)
		if err != nil {
			return coded(err)
		}
		err = db.readOn(ctx, n, seen, fn)
		done()
		if err == nil || errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		last = n
		if errors.Is(err, errBehind) && !sure {
			sure = true
			db.router.counts.behind.Add(1)
			n.lookNow()
			continue
		}
		found := diagnose(err)
		n.heal(found)
		if failed || ctx.Err() != nil || db.config.Without.Retry || !found.stale && !found.notRun && !found.elsewhere {
			return coded(err)
		}
		failed = true
		db.router.counts.retries.Add(1)
	}
}

// readWriter is read for what other users or servers have just written.
func (db *DB) readWriter(ctx context.Context, fn work) error {
	return db.writing(ctx, fn, options{repeatable: true, gateless: true})
}

// readSure is read that believes a replica only when it has the row: a user who signed up elsewhere exists.
func (db *DB) readSure(ctx context.Context, fn work) error {
	err := db.read(ctx, fn)
	if !errors.Is(err, pgx.ErrNoRows) || len(db.router.current.Load().readers) == 0 {
		return err
	}
	if err := db.router.takeSlot(ctx); err != nil {
		return coded(err)
	}
	defer db.router.freeSlot()
	return db.readWriter(ctx, fn)
}

func (db *DB) readOn(ctx context.Context, n *node, seen []mark, fn work) error {
	parent := ctx
	if !n.writer {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, db.config.Limits.ReadTime)
		defer cancel()
	}
	conn, err := n.acquire(ctx)
	if err == nil {
		defer conn.Release()
		err = db.statements(ctx, n, conn, seen, false, fn)
	}
	if err != nil && ctx.Err() != nil && parent.Err() == nil {
		return errors.Join(errSlow, err)
	}
	return err
}

// statements runs fn on a connection and notes what the user has seen then.
func (db *DB) statements(ctx context.Context, n *node, conn *pgxpool.Conn, seen []mark, write bool, fn work) error {
	app.OriginOf(ctx).SetReplica(n.name)
	fresh := db.router.positions(n)
	if fresh == nil {
		err := fn(ctx, conn)
		if write && err == nil {
			noteMark(ctx, mark{at: time.Now()})
		}
		return err
	}
	t := &tracked{conn: conn.Conn(), fresh: fresh, write: write}
	if !n.writer && !db.config.Without.Freshness {
		t.seen = append([]mark{}, seen...)
	}
	err := fn(ctx, t)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		if write && !t.conn.IsClosed() && t.conn.PgConn().TxStatus() != 'I' {
			_, _ = t.conn.Exec(ctx, "rollback") // else the pool closes the connection
		}
		return err
	}
	if t.known {
		n.saw(fresh, t.position, t.at)
		wrote := time.Time{}
		if write {
			wrote = time.Now()
		}
		noteMark(ctx, fresh.mark(t.position, wrote))
	}
	return err
}

// noteRead lets the user who has read something of a time read at the writer for a while, where a read has no position
// and the next replica may be without it. A page that something has gone from does not tell: the next one may have it
// again, for as long as a reader lags.
func (db *DB) noteRead(ctx context.Context, of time.Time) {
	set := db.router.current.Load()
	fresh := set.writer.state().fresh
	if len(set.readers) == 0 || fresh == nil || fresh.positions() || db.config.Without.Freshness {
		return
	}
	if time.Since(of) < api.RequestTime+db.config.Limits.Window { // a row is committed that long after its updated_at
		noteMark(ctx, mark{at: time.Now()})
	}
}

// positions returns how positions are asked for on a node; nil when there are none, or nobody compares them.
func (r *router) positions(n *node) freshness {
	if len(r.current.Load().readers) == 0 {
		return nil
	}
	fresh := n.state().fresh
	if fresh == nil || !fresh.positions() {
		return nil
	}
	return fresh
}

// options are what a use of the writer allows.
type options struct {
	repeatable  bool // doing it twice is as good as once
	gateless    bool // it changes nothing, so it need not wait while writes are frozen
	transaction bool // all statements or none
}

// write runs fn, one statement, on the writer, and once more only when the server has certainly not done it.
func (db *DB) write(ctx context.Context, fn work) error { return db.writing(ctx, fn, options{}) }

// writeAgain is write for what may be done twice: it is repeated as a read is.
func (db *DB) writeAgain(ctx context.Context, fn work) error {
	return db.writing(ctx, fn, options{repeatable: true})
}

// transact is write for several statements that are done all or not at all.
func (db *DB) transact(ctx context.Context, fn work) error {
	return db.writing(ctx, fn, options{transaction: true})
}

func (db *DB) writing(ctx context.Context, fn work, o options) error {
	var err error
	for range 2 {
		var n *node
		n, err = db.writeOnce(ctx, fn, o)
		if err == nil || errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if n == nil { // not let in
			return coded(err)
		}
		found := diagnose(err)
		n.heal(found)
		if !found.notRun && (!found.stale || !o.repeatable) || ctx.Err() != nil {
			return coded(err)
		}
	}
	return coded(err)
}

func (db *DB) writeOnce(ctx context.Context, fn work, o options) (*node, error) {
	if !o.gateless {
		writing, entered, err := db.router.gate.enter(ctx)
		if err != nil {
			return nil, err
		}
		defer entered.leave()
		ctx = writing
		db.router.counts.writes.Add(1)
	}
	n := db.router.current.Load().writer
	conn, err := n.acquire(ctx)
	if err == nil {
		defer conn.Release()
		if o.transaction {
			err = db.inTransaction(ctx, n, conn, fn)
		} else {
			err = db.statements(ctx, n, conn, nil, !o.gateless, fn)
		}
	}
	if err != nil && errors.Is(context.Cause(ctx), errCut) {
		err = errors.Join(errCut, err)
	}
	return n, err
}

// inTransaction commits and asks for the position in one round trip.
func (db *DB) inTransaction(ctx context.Context, n *node, conn *pgxpool.Conn, fn work) error {
	app.OriginOf(ctx).SetReplica(n.name)
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		_ = tx.Rollback(ctx) // else the pool closes the connection
		return err
	}
	fresh := db.router.positions(n)
	if fresh == nil {
		if err := tx.Commit(ctx); err != nil {
			return err
		}
		noteMark(ctx, mark{at: time.Now()})
		return nil
	}
	t := &tracked{conn: conn.Conn(), fresh: fresh, at: time.Now()}
	tag, err := t.Exec(ctx, "commit")
	if err != nil {
		return err
	}
	if tag.String() != "COMMIT" { // a statement had failed, and fn went on
		return pgx.ErrTxCommitRollback
	}
	n.saw(fresh, t.position, t.at)
	noteMark(ctx, fresh.mark(t.position, time.Now()))
	return nil
}
