// Package memory keeps users and items in the process: for tests and for trying the app without a database.
// What it keeps ends with the process.
package memory

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// Users implements app.UserService.
type Users struct {
	hasher *auth.Hasher
	signer *auth.Signer

	mu      sync.RWMutex
	byID    map[string]account
	byEmail map[string]string // address to id
}

type account struct {
	user app.User
	hash string
}

// NewUsers returns an empty Users.
func NewUsers(hasher *auth.Hasher, signer *auth.Signer) *Users {
	return &Users{hasher: hasher, signer: signer, byID: map[string]account{}, byEmail: map[string]string{}}
}

// SignUp implements app.UserService.
func (u *Users) SignUp(ctx context.Context, in app.SignUp) (app.User, error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	hash, err := u.hasher.Hash(ctx, in.Password)
	if err != nil {
		return app.User{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, taken := u.byEmail[in.Email]; taken {
		return app.User{}, app.EmailTaken(in.Email)
	}
	user := app.User{ID: app.NewID(), Email: in.Email, Name: in.Name, CreatedAt: app.Now()}
	u.byID[user.ID] = account{user: user, hash: hash}
	u.byEmail[user.Email] = user.ID
	return user, nil
}

// SignIn implements app.UserService.
func (u *Users) SignIn(ctx context.Context, in app.SignIn) (app.Session, error) {
	in = in.Normalize()
	u.mu.RLock()
	found := u.byID[u.byEmail[in.Email]]
	u.mu.RUnlock()
	ok, err := u.hasher.Verify(ctx, found.hash, in.Password)
	if err != nil {
		return app.Session{}, err
	}
	if !ok {
		return app.Session{}, app.WrongCredentials()
	}
	token, expires, err := u.signer.Sign(found.user.ID)
	if err != nil {
		return app.Session{}, err
	}
	return app.Session{Token: token, ExpiresAt: expires, User: found.user}, nil
}

// Profile implements app.UserService.
func (u *Users) Profile(_ context.Context, caller app.Caller) (app.User, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	found, ok := u.byID[caller.UserID]
	if !ok {
		return app.User{}, app.NoSuchUser()
	}
	return found.user, nil
}

// Items implements app.ItemService.
type Items struct {
	mu      sync.RWMutex
	byOwner map[string]map[string]app.Item
}

// NewItems returns an empty Items.
func NewItems() *Items { return &Items{byOwner: map[string]map[string]app.Item{}} }

// CreateItem implements app.ItemService.
func (s *Items) CreateItem(_ context.Context, caller app.Caller, in app.NewItem) (app.Item, error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	now := app.Now()
	item := app.Item{ID: app.NewID(), Title: in.Title, Body: in.Body, Version: 1, CreatedAt: now, UpdatedAt: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byOwner[caller.UserID] == nil {
		s.byOwner[caller.UserID] = map[string]app.Item{}
	}
	s.byOwner[caller.UserID][item.ID] = item
	return item, nil
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
func (s *Items) UpdateItem(_ context.Context, caller app.Caller, in app.ItemChange) (app.Item, error) {
	if err := in.Validate(); err != nil {
		return app.Item{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.byOwner[caller.UserID][in.ID]
	if !ok {
		return app.Item{}, app.NoSuchItem()
	}
	if item.Version != in.Version {
		return app.Item{}, app.VersionConflict(in.Version, item.Version)
	}
	item.Title, item.Body, item.Version, item.UpdatedAt = in.Title, in.Body, item.Version+1, app.Now()
	s.byOwner[caller.UserID][in.ID] = item
	return item, nil
}

// DeleteItem implements app.ItemService.
func (s *Items) DeleteItem(_ context.Context, caller app.Caller, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byOwner[caller.UserID][id]; !ok {
		return app.NoSuchItem()
	}
	delete(s.byOwner[caller.UserID], id)
	return nil
}
