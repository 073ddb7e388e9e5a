// Package memory keeps users and items in the process: for tests and for trying the app without a database.
// What it keeps ends with the process.
package memory

import (
	"context"
	"sync"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// Users implements app.UserService.
type Users struct {
	hasher  *auth.Hasher
	signer  auth.TokenSigner
	replays *replays

	mu      sync.RWMutex
	byID    map[string]account
	byEmail map[string]string // address to id
}

type account struct {
	user app.User
	hash string
}

// NewUsers returns an empty Users.
func NewUsers(hasher *auth.Hasher, signer auth.TokenSigner) *Users {
	return &Users{
		hasher: hasher, signer: signer, replays: newReplays(),
		byID: map[string]account{}, byEmail: map[string]string{},
	}
}

// SignUp implements app.UserService.
func (u *Users) SignUp(ctx context.Context, in app.SignUp) (app.User, error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	fingerprint, err := app.Fingerprint(app.OpSignUp, in.Email, in.Name)
	if err != nil {
		return app.User{}, err
	}
	made := false
	user, err := once(ctx, u.replays, "", fingerprint, func() (app.User, error) {
		made = true
		return u.create(ctx, in)
	})
	if err != nil || made {
		return user, err
	}
	// The fingerprint leaves the password out, so that nothing but its slow hash is kept.
	u.mu.RLock()
	hash := u.byID[user.ID].hash
	u.mu.RUnlock()
	same, err := u.hasher.Verify(ctx, hash, in.Password)
	if err == nil && !same {
		err = app.IdempotencyMismatch()
	}
	if err != nil {
		return app.User{}, err
	}
	return user, nil
}

func (u *Users) create(ctx context.Context, in app.SignUp) (app.User, error) {
	hash, err := u.hasher.Hash(ctx, in.Password)
	if err != nil {
		return app.User{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, taken := u.byEmail[in.Email]; taken {
		return app.User{}, app.EmailTaken(in.Email)
	}
	user := app.User{ID: app.NewID(), Email: in.Email, Name: in.Name, Version: 1, CreatedAt: app.Now()}
	user.UpdatedAt = user.CreatedAt
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

// UpdateProfile implements app.UserService.
func (u *Users) UpdateProfile(ctx context.Context, caller app.Caller, in app.ProfileChange) (app.User, error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	fingerprint, err := app.Fingerprint(app.OpUpdateProfile, in)
	if err != nil {
		return app.User{}, err
	}
	return once(ctx, u.replays, caller.UserID, fingerprint, func() (app.User, error) {
		u.mu.Lock()
		defer u.mu.Unlock()
		found, ok := u.byID[caller.UserID]
		if !ok {
			return app.User{}, app.NoSuchUser()
		}
		if found.user.Version != in.Version {
			return app.User{}, app.VersionConflict("profile", in.Version, found.user.Version)
		}
		found.user.Name, found.user.Version = in.Name, found.user.Version+1
		found.user.UpdatedAt = app.Now()
		u.byID[caller.UserID] = found
		return found.user, nil
	})
}
