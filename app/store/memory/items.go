package memory

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/ladder-iac/ladder/app"
)

// Items implements app.ItemService.
type Items struct {
	replays *replays

	mu      sync.RWMutex
	byOwner map[string]map[string]app.Item
}

// NewItems returns an empty Items.
func NewItems() *Items {
	return &Items{replays: newReplays(), byOwner: map[string]map[string]app.Item{}}
}

// CreateItem implements app.ItemService.
func (s *Items) CreateItem(ctx context.Context, caller app.Caller, in app.NewItem) (app.Item, error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	return s.once(ctx, caller, app.OpCreateItem, in, func() (app.Item, error) {
		now := app.Now()
		item := app.Item{ID: app.NewID(), Title: in.Title, Body: in.Body, Version: 1, CreatedAt: now, UpdatedAt: now}
		if s.byOwner[caller.UserID] == nil {
			s.byOwner[caller.UserID] = map[string]app.Item{}
		}
		s.byOwner[caller.UserID][item.ID] = item
		return item, nil
	})
}

// Item implements app.ItemService.
func (s *Items) Item(_ context.Context, caller app.Caller, id string) (app.Item, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	item, ok := s.byOwner[caller.UserID][id]
	if !ok {
		return app.Item{}, app.NoSuchItem()
	}
	return item, nil
}

// Items implements app.ItemService.
func (s *Items) Items(_ context.Context, caller app.Caller, query app.ItemQuery) (app.ItemPage, error) {
	limit, after, err := query.Resolve()
	if err != nil {
		return app.ItemPage{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	items := []app.Item{}
	for id, item := range s.byOwner[caller.UserID] {
		if after == "" || id < after {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b app.Item) int { return strings.Compare(b.ID, a.ID) })
	return app.Page(items, limit), nil
}

// UpdateItem implements app.ItemService.
func (s *Items) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	return s.once(ctx, caller, app.OpUpdateItem, []any{in.ID, in}, func() (app.Item, error) {
		item, ok := s.byOwner[caller.UserID][in.ID]
		if !ok {
			return app.Item{}, app.NoSuchItem()
		}
		if item.Version != in.Version {
			return app.Item{}, app.VersionConflict("item", in.Version, item.Version)
		}
		item.Title, item.Body, item.Version, item.UpdatedAt = in.Title, in.Body, item.Version+1, app.Now()
		s.byOwner[caller.UserID][in.ID] = item
		return item, nil
	})
}

// DeleteItem implements app.ItemService.
func (s *Items) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	_, err := s.once(ctx, caller, app.OpDeleteItem, id, func() (app.Item, error) {
		if _, ok := s.byOwner[caller.UserID][id]; !ok {
			return app.Item{}, app.NoSuchItem()
		}
		delete(s.byOwner[caller.UserID], id)
		return app.Item{}, nil
	})
	return err
}

// once does a write under the lock, at most once for its idempotency key.
func (s *Items) once(
	ctx context.Context, caller app.Caller, operation string, input any, write func() (app.Item, error),
) (app.Item, error) {
	fingerprint, err := app.Fingerprint(operation, input)
	if err != nil {
		return app.Item{}, err
	}
	return once(ctx, s.replays, caller.UserID, fingerprint, func() (app.Item, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return write()
	})
}
