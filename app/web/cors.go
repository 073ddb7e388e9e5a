package web

import (
	"net/http"
	"strings"

	"github.com/ladder-iac/ladder/app/api"
)

// preflightSeconds is how long a browser remembers that it may ask: the most that one of them takes. [Chromium].
const preflightSeconds = "7200"

var (
	sharedMethods = strings.Join([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}, ", ")
	sharedHeaders = strings.Join([]string{
		"Authorization", "Content-Type", "If-Match", api.IdempotencyKey, api.Freshness,
	}, ", ")
	readHeaders = strings.Join([]string{
		"ETag", "Retry-After", api.RequestID, api.Replayed, api.Freshness, api.Origin,
	}, ", ")
)

// CORS lets pages of one other origin use the API, e.g. "https://www.shop.example.com". They bring tokens, and no
// cookies. Answers to a browser's question whether it may ask pass no other layer: they are always the same.
func CORS(origin string) Layer {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, api.Base+"/") {
				next.ServeHTTP(w, r)
				return
			}
			h := w.Header()
			h.Add("Vary", "Origin") // a cache must not give one origin's answer to another
			if r.Header.Get("Origin") != origin {
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", sharedMethods)
				h.Set("Access-Control-Allow-Headers", sharedHeaders)
				h.Set("Access-Control-Max-Age", preflightSeconds)
				w.WriteHeader(http.StatusNoContent)
				return
			}
			h.Set("Access-Control-Expose-Headers", readHeaders)
			next.ServeHTTP(w, r)
		})
	}
}
