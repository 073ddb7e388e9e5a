package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app"
)

// itemColumns are read in this order by scanItem. Never *: a migration may add a column under a running binary.
const itemColumns = `id, title, body, version, created_at, updated_at`

// Items implements app.ItemService.
type Items struct{ db *DB }

// NewItems returns the items of a database.
func NewItems(db *DB) *Items { return &Items{db: db} }

// CreateItem implements app.ItemService.
func (s *Items) CreateItem(ctx context.Context, caller app.Caller, in app.NewItem) (app.Item, error) {
	const query = `INSERT INTO items (owner_id, id, title, body, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)`
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	now := app.Now()
	item := app.Item{ID: app.NewID(), Title: in.Title, Body: in.Body, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.db.write(ctx, func() error {
		_, err := s.db.pool.Exec(ctx, query, caller.UserID, item.ID, item.Title, item.Body, item.Version, now)
		return err
	})
	if err != nil {
		return app.Item{}, err
	}
	return item, nil
}

// Item implements app.ItemService.
func (s *Items) Item(ctx context.Context, caller app.Caller, id string) (item app.Item, err error) {
	const query = `SELECT ` + itemColumns + ` FROM items WHERE owner_id = $1 AND id = $2`
	if !app.IsID(id) {
		return app.Item{}, app.NoSuchItem()
	}
	err = s.db.read(ctx, func() error {
		item, err = scanItem(s.db.pool.QueryRow(ctx, query, caller.UserID, id))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.Item{}, app.NoSuchItem()
	}
	return item, err
}

// Items implements app.ItemService.
func (s *Items) Items(ctx context.Context, caller app.Caller, query app.ItemQuery) (app.ItemPage, error) {
	const first = `SELECT ` + itemColumns + ` FROM items WHERE owner_id = $1 ORDER BY id DESC LIMIT $2`
	const older = `SELECT ` + itemColumns + ` FROM items WHERE owner_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2`
	limit, after, err := query.Resolve()
	if err != nil {
		return app.ItemPage{}, err
	}
	statement, args := first, []any{caller.UserID, limit + 1}
	if after != "" {
		statement, args = older, append(args, after)
	}
	items := []app.Item{}
	err = s.db.read(ctx, func() error {
		rows, err := s.db.pool.Query(ctx, statement, args...)
		if err != nil {
			return err
		}
		items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (app.Item, error) { return scanItem(row) })
		return err
	})
	if err != nil {
		return app.ItemPage{}, err
	}
	return app.Page(items, limit), nil
}

// UpdateItem implements app.ItemService.
func (s *Items) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (item app.Item, err error) {
	const query = `UPDATE items SET title = $4, body = $5, version = version + 1, updated_at = $6
		WHERE owner_id = $1 AND id = $2 AND version = $3 RETURNING ` + itemColumns
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	if !app.IsID(in.ID) {
		return app.Item{}, app.NoSuchItem()
	}
	err = s.db.write(ctx, func() error {
		item, err = scanItem(s.db.pool.QueryRow(ctx, query,
			caller.UserID, in.ID, in.Version, in.Title, in.Body, app.Now()))
		return err
	})
	if !errors.Is(err, pgx.ErrNoRows) {
		return item, err
	}
	current, err := s.Item(ctx, caller, in.ID)
	if err != nil {
		return app.Item{}, err
	}
	return app.Item{}, app.VersionConflict(in.Version, current.Version)
}

// DeleteItem implements app.ItemService.
func (s *Items) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	const query = `DELETE FROM items WHERE owner_id = $1 AND id = $2`
	if !app.IsID(id) {
		return app.NoSuchItem()
	}
	var deleted int64
	err := s.db.write(ctx, func() error {
		tag, err := s.db.pool.Exec(ctx, query, caller.UserID, id)
		deleted = tag.RowsAffected()
		return err
	})
	if err == nil && deleted == 0 {
		return app.NoSuchItem()
	}
	return err
}

func scanItem(row pgx.Row) (app.Item, error) {
	var item app.Item
	err := row.Scan(&item.ID, &item.Title, &item.Body, &item.Version, &item.CreatedAt, &item.UpdatedAt)
	if err != nil {
		return app.Item{}, err
	}
	item.CreatedAt, item.UpdatedAt = item.CreatedAt.UTC(), item.UpdatedAt.UTC()
	return item, nil
}
