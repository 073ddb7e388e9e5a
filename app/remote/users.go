package remote

import (
	"context"
	"net/http"

	"github.com/ladder-iac/ladder/app"
)

// Users implements app.UserService.
type Users struct{ client client }

// NewUsers returns the users of the service at address, which CheckURL accepts.
func NewUsers(address string, httpClient *http.Client) *Users {
	return &Users{client: newClient(address, httpClient)}
}

// SignUp implements app.UserService.
func (u *Users) SignUp(ctx context.Context, in app.SignUp) (user app.User, err error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	err = u.client.do(ctx, call{method: http.MethodPost, path: "/users", in: in}, &user)
	return user, err
}

// SignIn implements app.UserService.
func (u *Users) SignIn(ctx context.Context, in app.SignIn) (session app.Session, err error) {
	err = u.client.do(ctx, call{method: http.MethodPost, path: "/sessions", in: in.Normalize()}, &session)
	return session, err
}

// Profile implements app.UserService.
func (u *Users) Profile(ctx context.Context, caller app.Caller) (user app.User, err error) {
	err = u.client.do(ctx, call{method: http.MethodGet, path: "/users/me", caller: caller}, &user)
	return user, err
}

// UpdateProfile implements app.UserService.
func (u *Users) UpdateProfile(
	ctx context.Context, caller app.Caller, in app.ProfileChange,
) (user app.User, err error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	err = u.client.do(ctx, call{method: http.MethodPut, path: "/users/me", caller: caller, in: in}, &user)
	return user, err
}
