package serve

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/metrics"
	"github.com/ladder-iac/ladder/app/web"
)

// What all layers take of a read that the cache answers, without a server, beside a route of a mux that writes the same.
func BenchmarkHit(b *testing.B) {
	handler, token, path := wired(b)
	request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
	request.Header.Set("Authorization", "Bearer "+token)
	written := httptest.NewRecorder()
	handler.ServeHTTP(written, request)
	require.Equal(b, http.StatusOK, written.Code, written.Body)

	bare := http.NewServeMux()
	bare.HandleFunc("GET /api/v1/items/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(written.Body.Bytes()) // nobody to tell
	})
	for name, handler := range map[string]http.Handler{"app": handler, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				answer := unread{http.Header{}}
				handler.ServeHTTP(answer, request.Clone(b.Context())) // layers change a request
			}
		})
	}
}

// unread is an answer that goes nowhere.
type unread struct{ header http.Header }

func (u unread) Header() http.Header               { return u.header }
func (u unread) Write(content []byte) (int, error) { return len(content), nil }
func (u unread) WriteHeader(int)                   {}

// wired returns the handler of a whole process with its store in memory, and an item that one of its users may read.
func wired(b *testing.B) (handler http.Handler, token, path string) {
	b.Helper()
	env := map[string]string{
		"CACHE_URL": "memory:", "LOG_LEVEL": "ERROR", "RATE_LIMIT_USER": "1000000",
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", // nobody there: what is recorded is lost
	}
	ctx := context.WithoutCancel(b.Context()) // it ends before the clean-up
	config, err := ReadConfig(func(name string) string { return env[name] })
	require.NoError(b, err)
	about := web.About{Version: "bench", Phase: "1", Role: config.Role, Node: "here"}
	log := newLog(io.Discard, config.LogLevel)
	parts, err := wire(ctx, config, about, log)
	require.NoError(b, err)
	b.Cleanup(parts.close)
	outside, inside := parts.layers(config)
	handler = web.Handler(web.Options{
		Context: flags.WithRequest, Outside: outside, Inside: inside, Services: parts.services, Mounts: roles[config.Role].mounts,
		Health: web.NewHealth(parts.ready), Log: log, Observe: (&metrics.Recorder{}).Observe,
	})
	user := app.SignUp{Email: "a@example.com", Password: "long enough, and more", Name: "A"}
	_, err = parts.services.Users.SignUp(ctx, user)
	require.NoError(b, err)
	session, err := parts.services.Users.SignIn(ctx, app.SignIn{Email: user.Email, Password: user.Password})
	require.NoError(b, err)
	caller, err := parts.services.Verify(ctx, session.Token)
	require.NoError(b, err)
	item, err := parts.services.Items.CreateItem(ctx, caller, app.NewItem{Title: "t", Body: strings.Repeat("x", 200)})
	require.NoError(b, err)
	return handler, session.Token, api.Base + "/items/" + item.ID
}
