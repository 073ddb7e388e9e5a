package ops_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/ops"
)

func userOf(r *http.Request) string { return r.Header.Get("User") }

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := ops.NewRateLimit(ops.RateLimits{
			User: ops.Rate{PerSecond: 0.5, Burst: 3}, Address: ops.Rate{PerSecond: 2},
		}, userOf)
		h := site(ok, limit.Layer)
		passes := func(n int, headers ...string) {
			t.Helper()
			for range n {
				require.Equal(t, http.StatusOK, ask(h, "GET", "/api/v1/items", headers...).Code)
			}
		}
		passes(3, "User", "ann")
		refused := ask(h, "GET", "/api/v1/items", "User", "ann")
		require.Equal(t, http.StatusTooManyRequests, refused.Code)
		require.Equal(t, "2", refused.Header().Get("Retry-After"))
		var body api.ErrorBody
		require.NoError(t, json.Unmarshal(refused.Body.Bytes(), &body))
		require.Equal(t, app.CodeUnavailable, body.Error.Code)
		require.NotContains(t, body.Error.Message, "ann")

		passes(3, "User", "bob")
		passes(2)
		require.Equal(t, http.StatusTooManyRequests, ask(h, "POST", "/api/v1/sessions").Code)
		require.Equal(t, http.StatusOK, ask(h, "GET", "/readyz").Code)

		time.Sleep(2*time.Second - time.Millisecond)
		require.Equal(t, http.StatusTooManyRequests, ask(h, "GET", "/api/v1/items", "User", "ann").Code)
		time.Sleep(time.Millisecond)
		passes(1, "User", "ann") // refused requests cost nothing
		require.Equal(t, http.StatusTooManyRequests, ask(h, "GET", "/api/v1/items", "User", "ann").Code)
	})
}

func TestRateLimitOff(t *testing.T) {
	t.Parallel()
	h := site(ok, ops.NewRateLimit(ops.RateLimits{}, userOf).Layer)
	for range 1000 {
		require.Equal(t, http.StatusOK, ask(h, "GET", "/api/v1/items").Code)
		require.Equal(t, http.StatusOK, ask(h, "GET", "/api/v1/items", "User", "ann").Code)
	}
}

func TestRateLimitForgetsClients(t *testing.T) {
	t.Parallel()
	limit := ops.NewRateLimit(ops.RateLimits{User: ops.Rate{PerSecond: 1e-6, Burst: 1}}, userOf)
	h := site(ok, limit.Layer)
	for i := range 60_000 {
		ask(h, "GET", "/api/v1/items", "User", fmt.Sprint(i))
		if i%1000 == 0 { // one that keeps asking is not forgotten
			want := http.StatusTooManyRequests
			if i == 0 {
				want = http.StatusOK
			}
			require.Equal(t, want, ask(h, "GET", "/api/v1/items", "User", "ann").Code)
		}
		require.LessOrEqual(t, limit.Values()[0].Value, 25_000.0)
	}
	m := ops.NewMetrics()
	m.Register(limit.Values)
	require.Contains(t, scrape(t, m), `ladder_rate_limit_clients{by="address"} 0`)
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		peer      string
		forwarded []string
		proxies   int
		want      string
	}{
		{"192.0.2.1:99", []string{"6.6.6.6"}, 0, "192.0.2.1"},
		{"10.0.0.1:99", []string{"6.6.6.6, 192.0.2.1"}, 1, "192.0.2.1"},
		{"10.0.0.1:99", []string{"6.6.6.6", "192.0.2.1, 10.0.0.2"}, 2, "192.0.2.1"},
		{"10.0.0.1:99", nil, 1, "10.0.0.1"},
		{"10.0.0.1:99", []string{"192.0.2.1"}, 3, "10.0.0.1"},
		{"10.0.0.1:99", []string{"192.0.2.1:4711"}, 1, "192.0.2.1"},
		{"[2001:db8:1:2:3::4]:99", nil, 0, "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:99", nil, 0, "192.0.2.1"},
		{"[fe80::1%eth0]:99", nil, 0, "fe80::/64"},
		{"@", nil, 0, "unknown"},
		{"10.0.0.1:99", []string{"nonsense"}, 1, "unknown"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = tt.peer, tt.forwarded
		require.Equal(t, tt.want, ops.ClientAddress(r, tt.proxies), "%+v", tt)
	}
}
