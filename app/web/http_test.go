package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/web"
)

func TestRoutesThatAreNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{
		"/nothing", "/api/v1", "/api/v2/items", "/assets/", "/assets/../web.go", "/assets/index.html",
	} {
		w := s.call(t, "GET", path, "", nil)
		if w.Code == http.StatusTemporaryRedirect || w.Code == http.StatusMovedPermanently {
			w = s.call(t, "GET", w.Header().Get("Location"), "", nil)
		}
		requireError(t, w, http.StatusNotFound, app.CodeNotFound, "no such")
	}
	w := s.call(t, "DELETE", "/api/v1/items", "", nil)
	requireError(t, w, http.StatusMethodNotAllowed, app.CodeInvalid, "DELETE: want GET")
	require.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
}

func TestProbes(t *testing.T) {
	t.Parallel()
	var failure error
	health := web.NewHealth(func(context.Context) error { return failure })
	s := newSite(t, func(o *web.Options) { o.Health = health })
	require.Equal(t, http.StatusOK, s.call(t, "GET", "/healthz", "", nil).Code)
	require.Equal(t, http.StatusOK, s.call(t, "GET", "/readyz", "", nil).Code)

	failure = app.Errorf(app.CodeUnavailable, "the database is down")
	require.Eventually(t, func() bool {
		return s.call(t, "GET", "/readyz", "", nil).Code != http.StatusOK
	}, time.Minute, time.Millisecond)
	w := s.call(t, "GET", "/readyz", "", nil)
	requireError(t, w, http.StatusServiceUnavailable, app.CodeUnavailable, "the database is down")
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	require.Equal(t, http.StatusOK, s.call(t, "GET", "/healthz", "", nil).Code, "the process is up all the same")

	health.Stop()
	requireError(t, s.call(t, "GET", "/readyz", "", nil), 503, app.CodeUnavailable, "stopping")
	w = s.call(t, "GET", "/", "", nil)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "close", w.Header().Get("Connection"))
	require.Equal(t, []int{200}, s.statuses, "probes are not counted")
}

// However many ask, the database is asked by one of them, and by nobody who has gone or has a token.
func TestReadinessIsAskedForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		health := web.NewHealth(func(ctx context.Context) error {
			asked.Add(1)
			require.Empty(t, app.Freshness(ctx).Get())
			return ctx.Err()
		})
		gone, leave := context.WithCancel(app.WithFreshness(t.Context(), "token"))
		leave()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { assert.NoError(t, health.Ready(gone)) })
		}
		all.Wait()
		require.Equal(t, int64(1), asked.Load())
		time.Sleep(time.Second)
		require.NoError(t, health.Ready(gone))
		require.Equal(t, int64(2), asked.Load())
	})
}

// Whoever is refused while the process stops opens his next connection elsewhere, too.
func TestRefusalsRetireConnections(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Health.Stop()
		o.Inside = []web.Layer{func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				web.Refuse(w, r, http.StatusServiceUnavailable, time.Second, "busy")
			})
		}}
	})
	w := s.call(t, "GET", "/", "", nil)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "close", w.Header().Get("Connection"))
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.call(t, "GET", "/", "", nil)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	for _, part := range []string{`id="version">v1.2.3<`, `id="phase">1<`, `id="stack">&lt;prod&gt;<`} {
		require.Contains(t, w.Body.String(), part)
	}
	require.NotContains(t, w.Body.String(), "style=", "the content security policy forbids it")
	for name, kind := range map[string]string{
		"app.js": "text/javascript", "app.css": "text/css", "icon.svg": "image/svg+xml",
	} {
		w := s.call(t, "GET", "/assets/"+name, "", nil)
		require.Equal(t, http.StatusOK, w.Code, name)
		require.Contains(t, w.Header().Get("Content-Type"), kind)
		tag := w.Header().Get("ETag")
		require.Equal(t, http.StatusNotModified, s.call(t, "GET", "/assets/"+name, "", nil, "If-None-Match", tag).Code)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	plain, secure := newSite(t), newSite(t, func(o *web.Options) { o.HSTS = true })
	for _, path := range []string{"/", "/nothing", "/readyz", "/api/v1/items"} {
		h := plain.call(t, "GET", path, "", nil).Header()
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		require.Empty(t, h.Get("Strict-Transport-Security"))
		require.Equal(t, "max-age=31536000", secure.call(t, "GET", path, "", nil).Header().Get("Strict-Transport-Security"))
	}
	require.Equal(t, "DENY", plain.call(t, "GET", "/", "", nil).Header().Get("X-Frame-Options"))
	require.Equal(t, "no-store", plain.call(t, "GET", "/api/v1/items", "", nil).Header().Get("Cache-Control"))
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.call(t, "GET", "/nothing", "", nil, "X-Request-Id", "edge-1.a_B")
	require.Equal(t, "edge-1.a_B", w.Header().Get("X-Request-Id"))
	require.Contains(t, s.log.String(), `"request_id":"edge-1.a_B"`)
	for _, bad := range []string{"", "a b", "x\r\nSet-Cookie: a", strings.Repeat("x", 65), `"}`} {
		got := s.call(t, "GET", "/nothing", "", nil, "X-Request-Id", bad).Header().Get("X-Request-Id")
		require.Regexp(t, `^[0-9a-f-]{36}$`, got)
	}
}

func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	s.call(t, "POST", "/api/v1/items", ann.Token, app.NewItem{Title: "s3cret title"})
	s.call(t, "GET", "/api/v1/items?cursor=s3cret", ann.Token, nil)
	s.call(t, "POST", "/api/v1/sessions", "", app.SignIn{Email: ann.User.Email, Password: "s3cret"})
	s.call(t, "POST", "/api/v1/users", "", `{"password":"s3cret`)
	log := s.log.String()
	require.Contains(t, log, `"route":"POST /api/v1/sessions","status":401`)
	for _, secret := range []string{ann.Token, apptest.Password, "s3cret title", `"s3cret"`, ann.User.Email} {
		require.NotContains(t, log, secret)
	}
}

// A share of the requests is logged, the same ones by every process, and each that failed.
func TestLogSample(t *testing.T) {
	t.Parallel()
	lines := func() (went, failed []string) {
		s := newSite(t, func(o *web.Options) {
			o.Unlogged = 0.9
			o.Services.Items = broken{o.Services.Items, func(context.Context) error { return errors.New("broken") }}
		})
		token := s.user(t).Token
		for i := range 500 {
			s.call(t, "GET", "/openapi.yaml", "", nil, api.RequestID, fmt.Sprintf("ok-%d", i))
		}
		for i := range 10 {
			s.call(t, "GET", "/api/v1/items/"+app.NewID(), token, nil, api.RequestID, fmt.Sprintf("failed-%d", i))
		}
		ids := regexp.MustCompile(`"request_id":"((ok|failed)-\d+)"`)
		for _, found := range ids.FindAllStringSubmatch(s.log.String(), -1) {
			if found[2] == "ok" {
				went = append(went, found[1])
			} else {
				failed = append(failed, found[1])
			}
		}
		return went, failed
	}
	went, failed := lines()
	require.InDelta(t, 50, len(went), 25)
	require.Len(t, failed, 10)
	again, _ := lines()
	require.Equal(t, went, again)
}

// broken fails in the ways that services do.
type broken struct {
	app.ItemService
	fail func(ctx context.Context) error
}

func (b broken) Item(ctx context.Context, _ app.Caller, _ string) (app.Item, error) {
	return app.Item{}, b.fail(ctx)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	var fail func(context.Context) error
	s := newSite(t, func(o *web.Options) {
		o.Services.Items = broken{o.Services.Items, func(ctx context.Context) error { return fail(ctx) }}
	})
	token := s.user(t).Token
	for _, c := range []struct {
		fail   func(context.Context) error
		status int
		code   app.Code
		want   string
	}{
		{func(context.Context) error { return errors.New("internal detail") }, 500, app.CodeInternal, "something went wrong"},
		{func(context.Context) error { panic("internal detail") }, 500, app.CodeInternal, "something went wrong"},
		{func(context.Context) error {
			return &app.Error{Code: app.CodeUnavailable, Message: "later", Err: errors.New("internal detail")}
		}, 503, app.CodeUnavailable, "later"},
	} {
		fail = c.fail
		w := s.call(t, "GET", "/api/v1/items/x", token, nil)
		require.NotContains(t, w.Body.String(), "internal detail")
		requireError(t, w, c.status, c.code, c.want)
		require.Contains(t, s.log.String(), "internal detail")
		require.Equal(t, c.status, s.statuses[len(s.statuses)-1])
		s.log.Reset()
	}
}

func TestEveryRequestHasADeadline(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Services.Items = broken{o.Services.Items, func(ctx context.Context) error {
			deadline, ok := ctx.Deadline()
			if !ok || time.Until(deadline) > api.RequestTime {
				return errors.New("no deadline")
			}
			return app.NoSuchItem()
		}}
	})
	require.Equal(t, http.StatusNotFound, s.call(t, "GET", "/api/v1/items/x", s.user(t).Token, nil).Code)
}

func TestAClientThatLeftIsNoServerError(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Services.Items = broken{o.Services.Items, func(ctx context.Context) error { return ctx.Err() }}
	})
	token := s.user(t).Token
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "GET", "/api/v1/items/x", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	s.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, 499, s.statuses[len(s.statuses)-1])
}
