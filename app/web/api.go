package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/app"
)

// handler is a handler that returns its failure; the failure becomes the answer.
type handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		writeError(w, r, err)
	}
}

// callerHandler is a handler for a user whose token was verified.
type callerHandler func(w http.ResponseWriter, r *http.Request, caller app.Caller) error

func signedIn(verify func(string) (app.Caller, error), next callerHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := bearer(r)
		if !ok {
			return app.Errorf(app.CodeUnauthenticated, "no token; sign in and send the header Authorization: Bearer TOKEN")
		}
		caller, err := verify(token)
		if err != nil {
			return err
		}
		return next(w, r, caller)
	}
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

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
		w.Header().Set("Location", "/api/v1/users/me")
		return writeJSON(w, http.StatusCreated, user)
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
		return writeJSON(w, http.StatusOK, user)
	}
}

func createItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		in, err := readJSON[app.NewItem](r)
		if err != nil {
			return err
		}
		item, err := items.CreateItem(r.Context(), caller, in)
		if err != nil {
			return err
		}
		w.Header().Set("Location", "/api/v1/items/"+item.ID)
		return writeJSON(w, http.StatusCreated, item)
	}
}

func listItems(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		query, err := itemQuery(r)
		if err != nil {
			return err
		}
		page, err := items.Items(r.Context(), caller, query)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, page)
	}
}

func itemQuery(r *http.Request) (app.ItemQuery, error) {
	values := r.URL.Query()
	query := app.ItemQuery{Cursor: values.Get("cursor")}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit == 0 {
			return query, app.Errorf(app.CodeInvalid, "limit: got %.20q, want 1 to %d", text, app.MaxPageItems)
		}
		query.Limit = limit
	}
	return query, nil
}

func readItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		item, err := items.Item(r.Context(), caller, r.PathValue("id"))
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, item)
	}
}

func updateItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		in, err := readJSON[app.ItemChange](r)
		if err != nil {
			return err
		}
		in.ID = r.PathValue("id")
		item, err := items.UpdateItem(r.Context(), caller, in)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, item)
	}
}

func deleteItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		if err := items.DeleteItem(r.Context(), caller, r.PathValue("id")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// alive says that the process runs. It asks nobody: a database that is down is no reason to restart the process.
func alive() handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
	}
}

func ready(health *Health) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := health.Ready(r.Context()); err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
	}
}
