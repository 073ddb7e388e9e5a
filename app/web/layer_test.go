package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/web"
)

type layerKey struct{}

func TestLayers(t *testing.T) {
	t.Parallel()
	var order, routes []string
	note := func(name string) web.Layer {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order, routes = append(order, name), append(routes, r.Pattern)
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), layerKey{}, name)))
			})
		}
	}
	refuse := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public") // of an answer that does not come
			web.Refuse(w, r, http.StatusTooManyRequests, 1500*time.Millisecond, "slower")
		})
	}
	s := newSite(t, func(o *web.Options) {
		o.Outside, o.Inside = []web.Layer{note("a"), note("b")}, []web.Layer{note("c"), refuse}
	})
	w := s.call(t, "GET", "/assets/app.css", "", nil)
	require.Equal(t, []string{"a", "b", "c"}, order)
	require.Equal(t, []string{"GET /assets/{name}", "GET /assets/{name}", "GET /assets/{name}"}, routes)
	requireError(t, w, http.StatusTooManyRequests, app.CodeUnavailable, "slower")
	require.Equal(t, "2", w.Header().Get("Retry-After"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.NotEmpty(t, w.Header().Get("X-Request-Id"))
	require.Equal(t, []int{http.StatusTooManyRequests}, s.statuses, "refusals are counted")
	require.Contains(t, s.log.String(), `"route":"GET /assets/{name}"`)
}

func TestPanicWithinLayers(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Services.Items = nil // a call of it panics
		o.Services.Verify = func(context.Context, string) (app.Caller, error) { return app.Caller{}, nil }
		o.Inside = []web.Layer{ops.NewMetrics().Layer, ops.NewShedder(ops.ShedLimits{}).Layer}
	})
	w := s.call(t, "GET", "/api/v1/items", "good", nil)
	requireError(t, w, http.StatusInternalServerError, app.CodeInternal, "our side")
}

func TestTokenIsVerifiedOnce(t *testing.T) {
	t.Parallel()
	var verified atomic.Int64
	verify := web.VerifyOnce(func(_ context.Context, token string) (app.Caller, error) {
		verified.Add(1)
		if token != "good" {
			return app.Caller{}, app.Errorf(app.CodeUnauthenticated, "no")
		}
		return app.Caller{UserID: "0197a0c4-0000-7000-8000-000000000001", Token: token}, nil
	})
	limit := ops.NewRateLimit(ops.RateLimits{User: ops.Rate{PerSecond: 1e-6, Burst: 2}}, web.UserOf(verify))
	s := newSite(t, func(o *web.Options) {
		o.Services.Verify, o.Inside = verify, []web.Layer{limit.Layer}
	})
	for i := range int64(2) {
		require.Equal(t, http.StatusOK, s.call(t, "GET", "/api/v1/items", "good", nil).Code)
		require.Equal(t, i+1, verified.Load())
	}
	require.Equal(t, http.StatusTooManyRequests, s.call(t, "GET", "/api/v1/items", "good", nil).Code)
	require.Equal(t, http.StatusUnauthorized, s.call(t, "GET", "/api/v1/items", "bad", nil).Code)
	require.Equal(t, http.StatusUnauthorized, s.call(t, "GET", "/api/v1/items", "", nil).Code)
	require.Equal(t, int64(4), verified.Load())
}

// stuckItems answers only when its request ends.
type stuckItems struct {
	app.ItemService

	begun chan struct{}
	ended chan error
}

func (s stuckItems) Items(ctx context.Context, _ app.Caller, _ app.ItemQuery) (app.ItemPage, error) {
	s.begun <- struct{}{}
	<-ctx.Done()
	s.ended <- context.Cause(ctx)
	return app.ItemPage{}, ctx.Err()
}

func TestClientThatLeavesEndsTheWork(t *testing.T) {
	t.Parallel()
	items := stuckItems{begun: make(chan struct{}), ended: make(chan error, 1)}
	s := newSite(t, func(o *web.Options) {
		o.Services.Items = items
		o.Services.Verify = func(context.Context, string) (app.Caller, error) { return app.Caller{}, nil }
	})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1/items", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer good")
	gone := make(chan error)
	go func() {
		answer, err := server.Client().Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		gone <- err
	}()
	<-items.begun
	leave()
	require.ErrorIs(t, <-gone, context.Canceled)
	select {
	case err := <-items.ended:
		require.ErrorIs(t, err, context.Canceled, "long before the deadline")
	case <-time.After(3 * time.Second):
		t.Fatal("the work goes on for nobody")
	}
}
