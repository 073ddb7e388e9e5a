package web

import (
	"net/http"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

func signUp(users app.UserService) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := readJSON[app.SignUp](r)
		if err != nil {
			return err
		}
		user, err := users.SignUp(r.Context(), in)
		if err != nil {
			return err
		}
		w.Header().Set("Location", api.Base+"/users/me")
		return writeVersioned(w, http.StatusCreated, user.Version, user)
	}
}

func signIn(users app.UserService) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := readJSON[app.SignIn](r)
		if err != nil {
			return err
		}
		session, err := users.SignIn(r.Context(), in)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusCreated, session)
	}
}

func profile(users app.UserService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		user, err := users.Profile(r.Context(), caller)
		if err != nil {
			return err
		}
		return writeVersioned(w, http.StatusOK, user.Version, user)
	}
}

func updateProfile(users app.UserService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		in, err := readJSON[app.ProfileChange](r)
		if err != nil {
			return err
		}
		if in.Version, err = version(r, in.Version); err != nil {
			return err
		}
		user, err := users.UpdateProfile(r.Context(), caller, in)
		if err != nil {
			return err
		}
		return writeVersioned(w, http.StatusOK, user.Version, user)
	}
}
