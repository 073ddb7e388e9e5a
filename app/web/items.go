package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

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
		w.Header().Set("Location", api.Base+"/items/"+item.ID)
		return writeVersioned(w, http.StatusCreated, item.Version, item)
	}
}

func listItems(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		query, err := itemQuery(r.URL.RawQuery)
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

func itemQuery(raw string) (app.ItemQuery, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return app.ItemQuery{}, app.Errorf(app.CodeInvalid, "query: got broken escapes, want limit=20&cursor=...")
	}
	query := app.ItemQuery{Cursor: values.Get("cursor")}
	if values.Has("limit") {
		text := values.Get("limit")
		limit, err := strconv.Atoi(text)
		if err != nil || limit == 0 || strconv.Itoa(limit) != text {
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
		return writeVersioned(w, http.StatusOK, item.Version, item)
	}
}

func updateItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		in, err := readJSON[app.ItemChange](r)
		if err != nil {
			return err
		}
		if in.Version, err = version(r, in.Version); err != nil {
			return err
		}
		in.ID = r.PathValue("id")
		item, err := items.UpdateItem(r.Context(), caller, in)
		if err != nil {
			return err
		}
		return writeVersioned(w, http.StatusOK, item.Version, item)
	}
}

func deleteItem(items app.ItemService) callerHandler {
	return func(w http.ResponseWriter, r *http.Request, caller app.Caller) error {
		if r.Header.Get("If-Match") != "" {
			return app.Errorf(app.CodeInvalid, "If-Match: a deletion checks no version; leave the header out")
		}
		if err := items.DeleteItem(r.Context(), caller, r.PathValue("id")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
