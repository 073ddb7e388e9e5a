package peer

import (
	"encoding/json"
	"errors"
	"net/http"
)

// The routes of the app that are compared.
const (
	itemsPath = "/api/v1/items"
	itemPath  = itemsPath + "/"
)

// handler is the bare net/http server over a store.
func handler(s store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+itemPath+"{id}", func(w http.ResponseWriter, r *http.Request) {
		item, err := s.item(r.Context(), r.PathValue("id"))
		answer(w, item, err)
	})
	mux.HandleFunc("GET "+itemsPath, func(w http.ResponseWriter, r *http.Request) {
		page, err := s.page(r.Context())
		answer(w, page, err)
	})
	mux.HandleFunc("PUT "+itemPath+"{id}", func(w http.ResponseWriter, r *http.Request) {
		change, err := readChange(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		item, err := s.update(r.Context(), change)
		answer(w, item, err)
	})
	return mux
}

func answer(w http.ResponseWriter, body any, err error) {
	if err != nil {
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	content, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(content, '\n')) // the client is gone: nobody to tell
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, errNotFound):
		return http.StatusNotFound
	case errors.Is(err, errConflict):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}
