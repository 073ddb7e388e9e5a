package postgres_test

import (
	"context"
	"sync"

	"github.com/ladder-iac/ladder/app"
)

// follower gives calls of a test that knows nothing of freshness what a browser has: the token of the call before.
type follower struct {
	mu    sync.Mutex
	token string
}

func follow[T any](ctx context.Context, f *follower, do func(ctx context.Context) (T, error)) (T, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ctx = app.WithFreshness(ctx, f.token)
	defer func() { f.token = app.Freshness(ctx).Get() }()
	return do(ctx)
}

type followingItems struct {
	follower
	items app.ItemService
}

// CreateItem implements app.ItemService.
func (f *followingItems) CreateItem(ctx context.Context, caller app.Caller, in app.NewItem) (app.Item, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.Item, error) {
		return f.items.CreateItem(ctx, caller, in)
	})
}

// Item implements app.ItemService.
func (f *followingItems) Item(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.Item, error) { return f.items.Item(ctx, caller, id) })
}

// Items implements app.ItemService.
func (f *followingItems) Items(ctx context.Context, caller app.Caller, query app.ItemQuery) (app.ItemPage, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.ItemPage, error) {
		return f.items.Items(ctx, caller, query)
	})
}

// UpdateItem implements app.ItemService.
func (f *followingItems) UpdateItem(ctx context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.Item, error) {
		return f.items.UpdateItem(ctx, caller, in)
	})
}

// DeleteItem implements app.ItemService.
func (f *followingItems) DeleteItem(ctx context.Context, caller app.Caller, id string) error {
	_, err := follow(ctx, &f.follower, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f.items.DeleteItem(ctx, caller, id)
	})
	return err
}

type followingUsers struct {
	follower
	users app.UserService
}

// SignUp implements app.UserService.
func (f *followingUsers) SignUp(ctx context.Context, in app.SignUp) (app.User, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.User, error) { return f.users.SignUp(ctx, in) })
}

// SignIn implements app.UserService.
func (f *followingUsers) SignIn(ctx context.Context, in app.SignIn) (app.Session, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.Session, error) { return f.users.SignIn(ctx, in) })
}

// Profile implements app.UserService.
func (f *followingUsers) Profile(ctx context.Context, caller app.Caller) (app.User, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.User, error) { return f.users.Profile(ctx, caller) })
}

// UpdateProfile implements app.UserService.
func (f *followingUsers) UpdateProfile(
	ctx context.Context, caller app.Caller, in app.ProfileChange,
) (app.User, error) {
	return follow(ctx, &f.follower, func(ctx context.Context) (app.User, error) {
		return f.users.UpdateProfile(ctx, caller, in)
	})
}
