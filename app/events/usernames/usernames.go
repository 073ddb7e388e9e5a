// Package usernames is what the data service keeps of users, so that it can name an item's owner without a call.
//
// Stateful, but only a copy: app events republish brings all of it again.
package usernames

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app/events"
)

// Consumer is the name of those who keep the copy.
const Consumer = "user-names"

// Apply is an inbox.Effect. The inbox lets only newer events of a user through.
func Apply(ctx context.Context, tx events.Querier, e events.Event) error {
	const query = `INSERT INTO user_names (id, name, version) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version`
	if e.Type != events.UserRegistered && e.Type != events.UserRenamed {
		return nil
	}
	var user events.User
	if err := json.Unmarshal(e.Payload, &user); err != nil {
		return fmt.Errorf("user names: %w", err)
	}
	if user.Name == "" {
		return fmt.Errorf("user names: got a payload without a name: %.100s", e.Payload)
	}
	if _, err := tx.Exec(ctx, query, e.Key, user.Name, e.Version); err != nil {
		return fmt.Errorf("user names: %w", err)
	}
	return nil
}

// Of returns the names of users by id. A user whose event is still on its way is missing.
func Of(ctx context.Context, q events.Querier, ids ...string) (map[string]string, error) {
	rows, err := q.Query(ctx, `SELECT id, name FROM user_names WHERE id = ANY ($1::uuid[])`, ids)
	if err != nil {
		return nil, fmt.Errorf("user names: %w", err)
	}
	names := make(map[string]string, len(ids))
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("user names: %w", err)
	}
	return names, nil
}
