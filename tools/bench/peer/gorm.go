package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"github.com/ladder-iac/ladder/app"
)

// row is the item as gorm's users write it.
type row struct {
	OwnerID   string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	Title     string
	Body      string
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName tells gorm the table.
func (row) TableName() string { return "items" }

func (r row) item() app.Item {
	return inUTC(app.Item{
		ID: r.ID, Title: r.Title, Body: r.Body, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	})
}

var rowColumns = []string{"id", "title", "body", "version", "created_at", "updated_at"}

type gormStore struct {
	db    *gorm.DB
	owner string
}

// openGorm has a source and a replica that are the same server: each pool may be as large as the others' one, and
// only one of them works at a time here.
func openGorm(config Config) (store, func(), error) {
	db, err := gorm.Open(postgres.Open(config.Database), &gorm.Config{
		Logger: logger.Discard, PrepareStmt: true, SkipDefaultTransaction: true,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	resolver := dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{postgres.Open(config.Database)}}).
		SetMaxOpenConns(config.Conns).SetMaxIdleConns(config.Conns)
	if err := db.Use(resolver); err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	pool, err := db.DB()
	if err != nil {
		return nil, nil, fmt.Errorf("peer: %w", err)
	}
	limit(pool, config.Conns)
	return gormStore{db, config.Owner}, func() { _ = pool.Close() }, nil
}

func (s gormStore) item(ctx context.Context, id string) (app.Item, error) {
	var found row
	err := s.db.WithContext(ctx).Select(rowColumns).Where("owner_id = ? AND id = ?", s.owner, id).Take(&found).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return app.Item{}, errNotFound
	}
	return found.item(), err
}

func (s gormStore) page(ctx context.Context) (app.ItemPage, error) {
	var found []row
	err := s.db.WithContext(ctx).Select(rowColumns).Where("owner_id = ?", s.owner).Order("id DESC").
		Limit(app.DefaultPageItems + 1).Find(&found).Error
	items := make([]app.Item, len(found))
	for i, one := range found {
		items[i] = one.item()
	}
	return pageOf(items), err
}

func (s gormStore) update(ctx context.Context, change app.ItemChange) (app.Item, error) {
	var changed row
	done := s.db.WithContext(ctx).Model(&changed).
		Clauses(clause.Returning{Columns: []clause.Column{
			{Name: "id"}, {Name: "version"}, {Name: "created_at"}, {Name: "updated_at"},
		}}).
		Where("owner_id = ? AND id = ? AND version = ?", s.owner, change.ID, change.Version).
		UpdateColumns(map[string]any{
			"title": change.Title, "body": change.Body, "version": gorm.Expr("version + 1"), "updated_at": now(),
		})
	if done.Error == nil && done.RowsAffected == 0 {
		return app.Item{}, errConflict
	}
	changed.Title, changed.Body = change.Title, change.Body
	return changed.item(), done.Error
}
