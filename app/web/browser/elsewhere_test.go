package browser_test

import (
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/web/page"
)

// TestPageFromElsewhere is a visit to the page as files of another server, that asks the app across origins.
func TestPageFromElsewhere(t *testing.T) {
	t.Parallel()
	var files atomic.Pointer[map[string][]byte]
	var policy atomic.Pointer[string]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		content, found := (*files.Load())[name]
		if !found {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Content-Security-Policy", *policy.Load())
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	app := startApp(t, "CORS_ORIGIN", server.URL)
	documents, assets, err := page.Site(page.About{Version: "v1.4.2", API: app})
	require.NoError(t, err)
	maps.Copy(assets, documents)
	rule := page.ContentSecurityPolicy(app)
	files.Store(&assets)
	policy.Store(&rule)

	b := open(t, server.URL)
	b.do(chromedp.WaitVisible(chromedp.CSS("#sign-in")))
	b.fill("#sign-up", "name", "Ann", "email", "ann@example.com", "password", "correct horse battery")
	b.shows("#name", "Ann")
	b.fill("#new-item", "title", "Across", "body", "Buy milk")
	b.holds(`document.querySelector("#items li input")?.value === "Across"`)
	b.fill("#profile", "name", "Bea")
	b.shows("#name", "Bea")
	b.origin()
	b.blameless()
}
