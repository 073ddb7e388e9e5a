package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ladder-iac/ladder/app"
)

const (
	purgeInterval = time.Second // of one process; with purgeRows it keeps up with 1,000 writes a second
	purgeRows     = 1000
)

// signUps is the scope of the keys of those who are no users yet.
const signUps = "00000000-0000-0000-0000-000000000000"

// asked is what a write was asked to do, of which a key keeps the fingerprint.
type asked struct {
	operation string
	input     []any
}

// once does a write in one transaction with the record of its idempotency key, or returns the answer that is kept for
// the key. A duplicate that comes while the first one works waits for it. Without a key the write is simply done.
//
// What do returns is kept for a day, so it should leave out what the input says: that is the same the second time.
func once[T any](
	ctx context.Context, db *DB, scope string, ask asked, do func(ctx context.Context, q querier) (T, error),
) (answer T, err error) {
	key := app.IdempotencyKey(ctx)
	if key == "" {
		err = db.write(ctx, func(ctx context.Context, q querier) error {
			answer, err = do(ctx, q)
			return err
		})
		return answer, err
	}
	fingerprint, err := app.Fingerprint(ask.operation, ask.input...)
	if err != nil {
		return answer, err
	}
	var kept keptAnswer
	// The key says what was done, so that it may be repeated whenever the server went away.
	err = db.writing(ctx, func(ctx context.Context, tx querier) error {
		kept, err = claim(ctx, tx, scope, key, fingerprint)
		if err != nil || kept.found {
			return err
		}
		if answer, err = do(ctx, tx); err != nil {
			return err
		}
		return keep(ctx, tx, scope, key, answer)
	}, options{transaction: true, repeatable: true})
	if err != nil {
		return answer, err
	}
	if kept.found {
		return replayed[T](ctx, kept, fingerprint)
	}
	db.purgeKeys(ctx)
	return answer, nil
}

// keptAnswer is what an idempotency key stands for.
type keptAnswer struct {
	found       bool
	fingerprint []byte
	answer      []byte
}

// claim takes a key that is free, or whose time is over, for this transaction; else it returns what is kept for it.
func claim(ctx context.Context, tx querier, scope, key string, fingerprint []byte) (kept keptAnswer, err error) {
	const take = `INSERT INTO idempotency_keys AS k (scope, key, fingerprint, answer, created_at)
		VALUES ($1, $2, $3, '{}', $4) ON CONFLICT (scope, key) DO UPDATE
		SET fingerprint = excluded.fingerprint, created_at = excluded.created_at WHERE k.created_at <= $5`
	const read = `SELECT fingerprint, answer FROM idempotency_keys WHERE scope = $1 AND key = $2`
	now := app.Now()
	tag, err := tx.Exec(ctx, take, scope, key, fingerprint, now, now.Add(-app.IdempotencyTime))
	if err != nil || tag.RowsAffected() > 0 {
		return keptAnswer{}, err
	}
	kept.found = true
	return kept, tx.QueryRow(ctx, read, scope, key).Scan(&kept.fingerprint, &kept.answer)
}

func keep(ctx context.Context, tx querier, scope, key string, answer any) error {
	const query = `UPDATE idempotency_keys SET answer = $3 WHERE scope = $1 AND key = $2`
	content, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, query, scope, key, content)
	return err
}

func replayed[T any](ctx context.Context, kept keptAnswer, fingerprint []byte) (answer T, err error) {
	if !bytes.Equal(kept.fingerprint, fingerprint) {
		return answer, app.IdempotencyMismatch()
	}
	if err := json.Unmarshal(kept.answer, &answer); err != nil {
		return answer, fmt.Errorf("kept answer: %w", err)
	}
	app.OriginOf(ctx).SetReplayed()
	return answer, nil
}

// purgeKeys removes some keys whose time is over. It may fail: the next write tries again.
func (db *DB) purgeKeys(ctx context.Context) {
	const query = `DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys
		WHERE created_at <= $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))`
	last, now := db.lastPurge.Load(), time.Now()
	if now.UnixNano()-last < int64(purgeInterval) || !db.lastPurge.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	if open, _, _ := db.router.gate.state(); !open {
		return
	}
	err := db.writeAgain(ctx, func(ctx context.Context, q querier) error {
		_, err := q.Exec(ctx, query, now.Add(-app.IdempotencyTime), purgeRows)
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		db.log.Warn("old idempotency keys stay for now", slog.Any("error", err))
	}
}
