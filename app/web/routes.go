package web

import (
	"net/http"

	"github.com/ladder-iac/ladder/app/auth"
)

// mountProbes adds what a load balancer asks.
func mountProbes(mux *http.ServeMux, health *Health) {
	mux.Handle("GET /healthz", alive())
	mux.Handle("GET /readyz", ready(health))
}

// Pages adds the page for people, and the contract for programs.
func Pages(mux *http.ServeMux, s Services) {
	mux.Handle("GET /{$}", index(s.About))
	mux.Handle("GET /assets/{name}", asset())
	mux.Handle("GET /openapi.yaml", contract())
}

// Keys adds the keys that verify tokens.
func Keys(mux *http.ServeMux, s Services) {
	if s.Keys != nil { // else they are somebody else's
		mux.Handle("GET "+auth.JWKSPath, publicKeys(s.Keys))
	}
}

// Users adds the routes of the user service.
func Users(mux *http.ServeMux, s Services) {
	mux.Handle("POST /api/v1/users", idempotent(signUp(s.Users)))
	mux.Handle("GET /api/v1/users/me", signedIn(s.Verify, profile(s.Users)))
	mux.Handle("PUT /api/v1/users/me", idempotent(signedIn(s.Verify, updateProfile(s.Users))))
	mux.Handle("POST /api/v1/sessions", signIn(s.Users))
}

// Items adds the routes of the item service.
func Items(mux *http.ServeMux, s Services) {
	mux.Handle("POST /api/v1/items", idempotent(signedIn(s.Verify, createItem(s.Items))))
	mux.Handle("GET /api/v1/items", signedIn(s.Verify, listItems(s.Items)))
	mux.Handle("GET /api/v1/items/{id}", signedIn(s.Verify, readItem(s.Items)))
	mux.Handle("PUT /api/v1/items/{id}", idempotent(signedIn(s.Verify, updateItem(s.Items))))
	mux.Handle("DELETE /api/v1/items/{id}", idempotent(signedIn(s.Verify, deleteItem(s.Items))))
}
