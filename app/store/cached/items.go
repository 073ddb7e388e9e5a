package cached

import (
	"context"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
)

// items implements app.ItemService. What is not named here passes through.
type items struct {
	app.ItemService
	caches *Caches
}

// Items returns a service that answers reads of single items from the caches.
func (c *Caches) Items(inner app.ItemService) app.ItemService {
	return &items{ItemService: inner, caches: c}
}

func itemKey(caller app.Caller, id string) string { return caller.UserID + ":" + id }

// Item implements app.ItemService.
func (s *items) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	if !app.IsID(id) { // else anybody could fill the cache with names of nothing
		return app.Item{}, app.NoSuchItem()
	}
	return get(ctx, s.caches, s.caches.items, caller, itemKey(caller, id), updated,
		func(ctx context.Context) (app.Item, int64, error) {
			item, err := s.ItemService.Item(ctx, caller, id)
			return item, item.Version, err
		})
}

func updated(item app.Item) time.Time { return item.UpdatedAt }

// Items implements app.ItemService.
func (s *items) Items(ctx context.Context, caller app.Caller, query app.ItemQuery) (app.ItemPage, error) {
	inner, session := s.caches.open(ctx)
	page, err := s.ItemService.Items(inner, caller, query)
	session.close(page.Newest())
	return page, err
}

// CreateItem implements app.ItemService. Nobody has asked for the new id yet, so nothing is kept of it.
func (s *items) CreateItem(ctx context.Context, caller app.Caller, in app.NewItem) (app.Item, error) {
	inner, session := s.caches.open(ctx)
	item, err := s.ItemService.CreateItem(inner, caller, in)
	if mayBeDone(err) {
		session.closeWrite()
	}
	return item, err
}

// UpdateItem implements app.ItemService.
func (s *items) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	inner, session := s.caches.open(ctx)
	item, err := s.ItemService.UpdateItem(inner, caller, in)
	noteWrite(ctx, session, s.caches.items, itemKey(caller, in.ID), in.Version+1, item, item.Version, err)
	return item, err
}

// DeleteItem implements app.ItemService.
func (s *items) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	inner, session := s.caches.open(ctx)
	err := s.ItemService.DeleteItem(inner, caller, id)
	noteWrite(ctx, session, s.caches.items, itemKey(caller, id), cache.Gone, app.Item{}, cache.Gone, err)
	return err
}

// noteWrite tells the cache what a write has done, or may have: then it would have made version wanted.
func noteWrite[T any](
	ctx context.Context, s session, kept *cache.Cache[T], key string, wanted int64, value T, version int64, err error,
) {
	switch {
	case err == nil:
		kept.Wrote(ctx, key, version, value)
	case mayBeDone(err):
		kept.MayHaveWritten(ctx, key, wanted)
	case app.ErrorCode(err) != app.CodeInvalid: // reading again must help, wherever it is done
		kept.Forget(ctx, key)
	default:
		return
	}
	s.closeWrite()
}

// mayBeDone reports whether a write with this outcome may have changed something.
func mayBeDone(err error) bool {
	code := app.ErrorCode(err)
	return err == nil || code == app.CodeUnavailable || code == app.CodeInternal
}
