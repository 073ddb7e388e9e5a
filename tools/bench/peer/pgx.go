package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ladder-iac/ladder/app"
)

type pgxStore struct {
	pool  *pgxpool.Pool
	owner string
}

func openPGX(ctx context.Context, config Config) (store, func(), error) {
	settings, err := pgxpool.ParseConfig(config.Database)
	if err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	settings.MaxConns = int32(config.Conns) //nolint:gosec // G115: a flag of ours, checked
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	return pgxStore{pool, config.Owner}, pool.Close, nil
}

func (s pgxStore) item(ctx context.Context, id string) (app.Item, error) {
	item, err := scan(s.pool.QueryRow(ctx, readOne, s.owner, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return item, errNotFound
	}
	return item, err
}

func (s pgxStore) page(ctx context.Context) (app.ItemPage, error) {
	rows, err := s.pool.Query(ctx, readPage, s.owner, app.DefaultPageItems+1)
	if err != nil {
		return app.ItemPage{}, err
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (app.Item, error) { return scan(row) })
	return pageOf(items), err
}

func (s pgxStore) update(ctx context.Context, change app.ItemChange) (app.Item, error) {
	item := app.Item{Title: change.Title, Body: change.Body}
	err := s.pool.QueryRow(ctx, updateOne, s.owner, change.ID, change.Version, change.Title, change.Body, now()).
		Scan(&item.ID, &item.Version, &item.CreatedAt, &item.UpdatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return item, errConflict
	}
	return inUTC(item), err
}

// scan reads a row of columns.
func scan(row interface{ Scan(into ...any) error }) (item app.Item, err error) {
	err = row.Scan(&item.ID, &item.Title, &item.Body, &item.Version, &item.CreatedAt, &item.UpdatedAt)
	return inUTC(item), err
}
