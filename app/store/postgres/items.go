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
	ask := asked{app.OpCreateItem, []any{in}}
	now := app.Now()
	made := app.Item{ID: app.NewID(), Version: 1, CreatedAt: now, UpdatedAt: now}
	item, err := once(ctx, s.db, caller.UserID, ask, func(ctx context.Context, q querier) (app.Item, error) {
		_, err := q.Exec(ctx, query, caller.UserID, made.ID, in.Title, in.Body, made.Version, now)
		return made, err
	})
	if err != nil {
		return app.Item{}, err
	}
	item.Title, item.Body = in.Title, in.Body
	return item, nil
}

// Item implements app.ItemService.
func (s *Items) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	return s.item(ctx, s.db.read, caller, id)
}

func (s *Items) item(ctx context.Context, read reading, caller app.Caller, id string) (item app.Item, err error) {
	const query = `SELECT ` + itemColumns + ` FROM items WHERE owner_id = $1 AND id = $2`
	if !app.IsID(id) {
		return app.Item{}, app.NoSuchItem()
	}
	err = read(ctx, func(ctx context.Context, q querier) error {
		item, err = scanItem(q.QueryRow(ctx, query, caller.UserID, id))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		s.db.noteRead(ctx, app.Now()) // when it went is not known
		return app.Item{}, app.NoSuchItem()
	}
	if err == nil {
		s.db.noteRead(ctx, item.UpdatedAt)
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
	err = s.db.read(ctx, func(ctx context.Context, q querier) error {
		rows, err := q.Query(ctx, statement, args...)
		if err != nil {
			return err
		}
		items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (app.Item, error) { return scanItem(row) })
		return err
	})
	if err != nil {
		return app.ItemPage{}, err
	}
	page := app.Page(items, limit)
	s.db.noteRead(ctx, page.Newest())
	return page, nil
}

// UpdateItem implements app.ItemService.
func (s *Items) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (item app.Item, err error) {
	const query = `UPDATE items SET title = $4, body = $5, version = version + 1, updated_at = $6
		WHERE owner_id = $1 AND id = $2 AND version = $3 RETURNING id, version, created_at, updated_at`
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	if !app.IsID(in.ID) {
		return app.Item{}, app.NoSuchItem()
	}
	ask := asked{app.OpUpdateItem, []any{in.ID, in}}
	item, err = once(ctx, s.db, caller.UserID, ask, func(ctx context.Context, q querier) (app.Item, error) {
		var item app.Item
		err := q.QueryRow(ctx, query, caller.UserID, in.ID, in.Version, in.Title, in.Body, app.Now()).
			Scan(&item.ID, &item.Version, &item.CreatedAt, &item.UpdatedAt)
		return item, err
	})
	if err == nil {
		item.Title, item.Body = in.Title, in.Body
		item.CreatedAt, item.UpdatedAt = item.CreatedAt.UTC(), item.UpdatedAt.UTC()
		return item, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return app.Item{}, err
	}
	current, err := s.item(ctx, s.db.readWriter, caller, in.ID)
	if err != nil {
		return app.Item{}, err
	}
	return app.Item{}, app.VersionConflict("item", in.Version, current.Version)
}

// DeleteItem implements app.ItemService.
func (s *Items) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	const query = `DELETE FROM items WHERE owner_id = $1 AND id = $2`
	if !app.IsID(id) {
		return app.NoSuchItem()
	}
	ask := asked{app.OpDeleteItem, []any{id}}
	_, err := once(ctx, s.db, caller.UserID, ask, func(ctx context.Context, q querier) (struct{}, error) {
		tag, err := q.Exec(ctx, query, caller.UserID, id)
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		return struct{}{}, err
	})
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	// At the writer it is gone: from now on for its user, too.
	if _, err := s.item(ctx, s.db.readWriter, caller, id); err != nil {
		return err
	}
	return app.NoSuchItem()
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
