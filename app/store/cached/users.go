package cached

import (
	"context"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// users implements app.UserService. What is not named here passes through.
type users struct {
	app.UserService
	caches *Caches
}

// Users returns a service that answers reads of profiles from the caches.
func (c *Caches) Users(inner app.UserService) app.UserService {
	return &users{UserService: inner, caches: c}
}

// SignUp implements app.UserService. Nobody has asked for the new id yet, so nothing is kept of it.
func (s *users) SignUp(ctx context.Context, in app.SignUp) (app.User, error) {
	inner, session := s.caches.open(ctx)
	user, err := s.UserService.SignUp(inner, in)
	if mayBeDone(err) {
		session.closeWrite()
	}
	return user, err
}

// SignIn implements app.UserService.
func (s *users) SignIn(ctx context.Context, in app.SignIn) (app.Session, error) {
	inner, session := s.caches.open(ctx)
	opened, err := s.UserService.SignIn(inner, in)
	session.close(time.Time{})
	return opened, err
}

// Profile implements app.UserService.
func (s *users) Profile(ctx context.Context, caller app.Caller) (app.User, error) {
	if !app.IsID(caller.UserID) {
		return app.User{}, app.NoSuchUser()
	}
	return get(ctx, s.caches, s.caches.users, caller, caller.UserID, changed,
		func(ctx context.Context) (app.User, int64, error) {
			user, err := s.UserService.Profile(ctx, caller)
			return user, user.Version, err
		})
}

func changed(user app.User) time.Time { return user.UpdatedAt }

// UpdateProfile implements app.UserService.
func (s *users) UpdateProfile(ctx context.Context, caller app.Caller, in app.ProfileChange) (app.User, error) {
	inner, session := s.caches.open(ctx)
	user, err := s.UserService.UpdateProfile(inner, caller, in)
	noteWrite(ctx, session, s.caches.users, caller.UserID, in.Version+1, user, user.Version, err)
	return user, err
}
