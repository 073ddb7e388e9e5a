package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app/events"
)

const maxErrorBytes = 2000

// Letter is an event that failed too often.
type Letter struct {
	Consumer string
	Event    events.Event
	Error    string // of the last try
	Tries    int
	DiedAt   time.Time
}

// bury keeps an event with its error.
func (c *Consumer) bury(ctx context.Context, d events.Delivery, reason error) error {
	const query = `INSERT INTO dead_letters (consumer, event_id, event, error, tries, died_at)
		VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT (consumer, event_id) DO UPDATE
		SET error = excluded.error, tries = excluded.tries, died_at = excluded.died_at`
	content, err := json.Marshal(d.Event)
	if err != nil {
		return fmt.Errorf("dead letter: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, buryTime)
	defer cancel()
	return c.config.DB.Transact(ctx, func(ctx context.Context, tx events.Querier) error {
		_, err := tx.Exec(ctx, query, c.config.Name, d.Event.ID, content, errorText(reason), d.Attempt)
		return err
	})
}

// errorText is what can be kept of an error.
func errorText(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "?")
	if len(text) > maxErrorBytes {
		text = strings.ToValidUTF8(text[:maxErrorBytes], "") + "..."
	}
	return text
}

// CountDead returns how many dead letters there are, of all consumers. The one to alarm on.
func CountDead(ctx context.Context, q events.Querier) (n int64, err error) {
	if err := q.QueryRow(ctx, `SELECT count(*) FROM dead_letters`).Scan(&n); err != nil {
		return 0, fmt.Errorf("dead letters: %w", err)
	}
	return n, nil
}

// Dead returns the dead letters of all consumers, those of one key in order.
func Dead(ctx context.Context, q events.Querier) ([]Letter, error) {
	const query = `SELECT consumer, event, error, tries, died_at FROM dead_letters
		ORDER BY consumer, event->>'aggregate', event->>'key', (event->>'version')::bigint`
	rows, err := q.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	letters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Letter, err error) {
		err = row.Scan(&l.Consumer, &l.Event, &l.Error, &l.Tries, &l.DiedAt)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return letters, nil
}

// ErrNoLetter says that an event is no dead letter of the consumer, or not any more.
var ErrNoLetter = errors.New("no such dead letter")

// Replay tries a dead letter once more. When it works, or when the event means nothing any more, the letter is gone.
func (c *Consumer) Replay(ctx context.Context, id string) error {
	const read = `SELECT event FROM dead_letters WHERE consumer = $1 AND event_id = $2 FOR UPDATE`
	const remove = `DELETE FROM dead_letters WHERE consumer = $1 AND event_id = $2`
	const note = `UPDATE dead_letters SET error = $3, tries = tries + 1, died_at = now()
		WHERE consumer = $1 AND event_id = $2`
	trying, cancel := context.WithTimeout(ctx, c.config.EffectTime)
	defer cancel()
	err := c.config.DB.Transact(trying, func(ctx context.Context, tx events.Querier) error {
		var e events.Event
		if err := tx.QueryRow(ctx, read, c.config.Name, id).Scan(&e); errors.Is(err, pgx.ErrNoRows) {
			return ErrNoLetter
		} else if err != nil {
			return err
		}
		if _, err := c.once(e.Context(ctx), tx, e); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, remove, c.config.Name, id)
		return err
	})
	if err == nil || errors.Is(err, ErrNoLetter) {
		return err
	}
	noting, cancel := context.WithTimeout(ctx, buryTime)
	defer cancel()
	return errors.Join(err, c.config.DB.Transact(noting, func(ctx context.Context, tx events.Querier) error {
		_, err := tx.Exec(ctx, note, c.config.Name, id, errorText(err))
		return err
	}))
}
