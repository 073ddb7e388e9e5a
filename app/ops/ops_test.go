package ops_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site puts layers around a handler, as app/web does: they know the route.
func site(handle http.HandlerFunc, layers ...func(http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, pattern := range []string{
		"GET /healthz", "GET /readyz", "GET /api/v1/items", "GET /api/v1/items/{id}", "POST /api/v1/items",
		"POST /api/v1/sessions",
	} {
		mux.HandleFunc(pattern, handle)
	}
	var h http.Handler = mux
	for _, layer := range layers {
		h = layer(h)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, r.Pattern = mux.Handler(r)
		h.ServeHTTP(w, r)
	})
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func ok(http.ResponseWriter, *http.Request) {}
