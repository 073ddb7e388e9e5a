package peer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/ladder-iac/ladder/app"
)

type sqlStore struct {
	db    *sql.DB
	owner string
}

func openSQL(config Config) (store, func(), error) {
	db, err := sql.Open("pgx", config.Database)
	if err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	limit(db, config.Conns)
	return sqlStore{db, config.Owner}, func() { _ = db.Close() }, nil
}

// limit keeps as many connections as there may be: by default all but two are closed after use.
func limit(db *sql.DB, conns int) {
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
}

func (s sqlStore) item(ctx context.Context, id string) (app.Item, error) {
	item, err := scan(s.db.QueryRowContext(ctx, readOne, s.owner, id))
	if errors.Is(err, sql.ErrNoRows) {
		return item, errNotFound
	}
	return item, err
}

func (s sqlStore) page(ctx context.Context) (app.ItemPage, error) {
	rows, err := s.db.QueryContext(ctx, readPage, s.owner, app.DefaultPageItems+1)
	if err != nil {
		return app.ItemPage{}, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	items := make([]app.Item, 0, app.DefaultPageItems+1)
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return app.ItemPage{}, err
		}
		items = append(items, item)
	}
	return pageOf(items), rows.Err()
}

func (s sqlStore) update(ctx context.Context, change app.ItemChange) (app.Item, error) {
	item := app.Item{Title: change.Title, Body: change.Body}
	err := s.db.QueryRowContext(ctx, updateOne, s.owner, change.ID, change.Version, change.Title, change.Body, now()).
		Scan(&item.ID, &item.Version, &item.CreatedAt, &item.UpdatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return item, errConflict
	}
	return inUTC(item), err
}
