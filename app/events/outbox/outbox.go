// Package outbox publishes the events that were committed with the changes that they tell of, each at least once and
// those of one key in order.
//
// It reads whatever rows it sees, and deletes those that the bus has taken: no cursor, so nothing that commits late is
// skipped, and nothing that depends on one cluster's history outlives a restore. What a restore brings back is
// published again, which inboxes know.
//
// Order: rows of one key have growing versions, and are committed in that order, because the row of the aggregate is
// locked for each change. A pass publishes only the lowest version of a key, and so never one before an older one is
// out. That holds whoever publishes; the lock of a partition only saves publishing twice.
package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app/events"
)

// Channel is where writers say that there is something to publish. It wakes the relay, and carries nothing.
const Channel = "outbox"

// take returns the next event of each of the keys that wait longest, without those that are held.
func take(
	ctx context.Context, q events.Querier, partition, partitions int, held []string, limit int,
) ([]events.Event, error) {
	const query = `WITH oldest AS (
			SELECT aggregate, key FROM outbox
			WHERE mod(hashtextextended(key, 0) & 9223372036854775807, $1) = $2 AND key <> ALL ($3)
			ORDER BY id LIMIT $4
		), keys AS (SELECT DISTINCT aggregate, key FROM oldest)
		SELECT head.id, head.aggregate, head.key, head.type, head.version, head.payload, head.trace, head.occurred_at
		FROM keys CROSS JOIN LATERAL (
			SELECT * FROM outbox o WHERE o.aggregate = keys.aggregate AND o.key = keys.key
			ORDER BY o.version, o.id LIMIT 1
		) head ORDER BY head.id`
	rows, err := q.Query(ctx, query, int64(partitions), int64(partition), held, limit)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e events.Event, err error) {
		err = row.Scan(&e.ID, &e.Aggregate, &e.Key, &e.Type, &e.Version, &e.Payload, &e.Trace, &e.OccurredAt)
		e.OccurredAt = e.OccurredAt.UTC()
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return batch, nil
}

func remove(ctx context.Context, q events.Querier, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := q.Exec(ctx, `DELETE FROM outbox WHERE id = ANY ($1::uuid[])`, ids); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// Backlog is what waits to be published.
type Backlog struct {
	Oldest time.Duration // age of the oldest event; 0 when none waits. The one to alarm on
	Events int64         // at most MaxCounted
}

// MaxCounted bounds the count: counting costs while a broker is down are no help.
const MaxCounted = 10000

// Measure returns the backlog. It needs no relay, so that it also tells of one that does not run.
func Measure(ctx context.Context, q events.Querier) (Backlog, error) {
	const query = `SELECT coalesce(extract(epoch FROM clock_timestamp() -
			(SELECT occurred_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8,
		(SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS counted)`
	var seconds float64
	var found Backlog
	if err := q.QueryRow(ctx, query, MaxCounted).Scan(&seconds, &found.Events); err != nil {
		return Backlog{}, fmt.Errorf("outbox: %w", err)
	}
	found.Oldest = max(0, time.Duration(seconds*float64(time.Second)))
	return found, nil
}

// restoreGap is more versions than any user gets between a backup and its restore.
const restoreGap = 1_000_000

// Republish has all users tell of themselves again, for a consumer that lost or missed events. After commits were lost
// (a backup restored, a failover without the last writes) consumers may know versions that are gone: then all users
// take new ones beyond those, so that consumers believe what is true now.
func Republish(ctx context.Context, q events.Querier, commitsLost bool) (users int64, err error) {
	const insert = ` INSERT INTO outbox (id, aggregate, key, version, type, payload, trace, occurred_at)
		SELECT gen_random_uuid(), $1, id, version, $2, json_build_object('name', name), '{}', now() FROM `
	query, args := insert+`users`, []any{events.UserAggregate, events.UserRegistered}
	if commitsLost {
		query = `WITH moved AS (UPDATE users SET version = version + $3 RETURNING id, version, name)` + insert + `moved`
		args = append(args, int64(restoreGap))
	}
	tag, err := q.Exec(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	return tag.RowsAffected(), nil
}
