package remote

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ladder-iac/ladder/app"
)

// Items implements app.ItemService.
type Items struct{ client client }

// NewItems returns the items of the service at address, which CheckURL accepts.
func NewItems(address string, httpClient *http.Client) *Items {
	return &Items{client: newClient(address, httpClient)}
}

// CreateItem implements app.ItemService.
func (s *Items) CreateItem(ctx context.Context, caller app.Caller, in app.NewItem) (item app.Item, err error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	err = s.client.do(ctx, call{method: http.MethodPost, path: "/items", caller: caller, in: in}, &item)
	return item, err
}

// Item implements app.ItemService.
func (s *Items) Item(ctx context.Context, caller app.Caller, id string) (item app.Item, err error) {
	if !app.IsID(id) {
		return app.Item{}, app.NoSuchItem()
	}
	err = s.client.do(ctx, call{method: http.MethodGet, path: "/items/" + id, caller: caller}, &item)
	return item, err
}

// Items implements app.ItemService.
func (s *Items) Items(ctx context.Context, caller app.Caller, query app.ItemQuery) (page app.ItemPage, err error) {
	limit, _, err := query.Resolve()
	if err != nil {
		return app.ItemPage{}, err
	}
	values := url.Values{"limit": {strconv.Itoa(limit)}}
	if query.Cursor != "" {
		values.Set("cursor", query.Cursor)
	}
	err = s.client.do(ctx, call{method: http.MethodGet, path: "/items?" + values.Encode(), caller: caller}, &page)
	return page, err
}

// UpdateItem implements app.ItemService.
func (s *Items) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (item app.Item, err error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	if !app.IsID(in.ID) {
		return app.Item{}, app.NoSuchItem()
	}
	err = s.client.do(ctx, call{method: http.MethodPut, path: "/items/" + in.ID, caller: caller, in: in}, &item)
	return item, err
}

// DeleteItem implements app.ItemService.
func (s *Items) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	if !app.IsID(id) {
		return app.NoSuchItem()
	}
	return s.client.do(ctx, call{method: http.MethodDelete, path: "/items/" + id, caller: caller}, nil)
}
