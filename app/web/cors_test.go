package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/web"
)

const elsewhere = "https://www.shop.example.com"

// ask sends a request of a browser for a page of an origin.
func ask(t *testing.T, s *site, method, path, origin string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.Header.Set("Origin", origin)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func shared(t *testing.T) *site {
	t.Helper()
	return newSite(t, func(o *web.Options) { o.Outside = []web.Layer{web.CORS(elsewhere)} })
}

// corsHeaders are those that open the API.
func corsHeaders(w *httptest.ResponseRecorder) (list []string) {
	for name := range w.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			list = append(list, name)
		}
	}
	return list
}

func TestAPageElsewhereMayAsk(t *testing.T) {
	t.Parallel()
	s := shared(t)
	w := ask(t, s, "OPTIONS", "/api/v1/items", elsewhere,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Equal(t, elsewhere, w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "GET, POST, PUT, DELETE", w.Header().Get("Access-Control-Allow-Methods"))
	for _, name := range []string{"Authorization", "Content-Type", "Idempotency-Key", "X-Ladder-Freshness"} {
		require.Contains(t, w.Header().Get("Access-Control-Allow-Headers"), name)
	}
	require.Equal(t, "7200", w.Header().Get("Access-Control-Max-Age"))
	require.Empty(t, w.Header().Get("Access-Control-Allow-Credentials"), "tokens, no cookies")
	require.Empty(t, s.statuses, "it is no request of the API")

	w = ask(t, s, "GET", "/api/v1/users/me", elsewhere)
	require.Equal(t, http.StatusUnauthorized, w.Code, "to ask is not to be let in")
	require.Equal(t, elsewhere, w.Header().Get("Access-Control-Allow-Origin"), "a page reads refusals, too")
	require.Contains(t, w.Header().Get("Access-Control-Expose-Headers"), "X-Ladder-Freshness")
	require.Equal(t, "Origin", w.Header().Get("Vary"))
}

func TestNobodyElseMay(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"https://evil.example", "http://www.shop.example.com", elsewhere + ".evil.example", "null", ""} {
		w := ask(t, shared(t), "GET", "/api/v1/users/me", origin)
		require.Empty(t, corsHeaders(w), origin)
		require.Equal(t, "Origin", w.Header().Get("Vary"), "a cache must not give it to others")
		w = ask(t, shared(t), "OPTIONS", "/api/v1/items", origin, "Access-Control-Request-Method", "POST")
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, origin)
		require.Empty(t, corsHeaders(w), origin)
	}
	w := ask(t, shared(t), "GET", "/", elsewhere)
	require.Empty(t, corsHeaders(w), "the page is not for other pages")
	w = ask(t, newSite(t), "GET", "/api/v1/users/me", elsewhere)
	require.Empty(t, corsHeaders(w), "no origin is configured")
	require.Empty(t, w.Header().Get("Vary"))
}
