package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/web"
)

// newTellingSite has a store that tells where it read, and answers writes with a position.
func newTellingSite(t *testing.T, change ...func(*web.Options)) (*site, *string) {
	t.Helper()
	seen := new(string)
	s := newSite(t, append(change, func(o *web.Options) {
		o.Services.Items = broken{o.Services.Items, func(ctx context.Context) error {
			*seen = app.Freshness(ctx).Get()
			app.Freshness(ctx).Set("position-2")
			app.OriginOf(ctx).SetCache("miss")
			app.OriginOf(ctx).SetReplica("reader-1")
			app.OriginOf(ctx).AddServices([]string{"data"}, []string{"data-7"})
			return app.NoSuchItem()
		}}
	})...)
	return s, seen
}

func TestFreshnessGoesBothWays(t *testing.T) {
	t.Parallel()
	s, seen := newTellingSite(t)
	token := s.user(t).Token
	for name, c := range map[string]struct {
		headers []string
		want    string
	}{
		"none":          {nil, ""},
		"header":        {[]string{api.Freshness, "position-1"}, "position-1"},
		"cookie":        {[]string{"Cookie", "freshness=position-1"}, "position-1"},
		"both":          {[]string{api.Freshness, "newer", "Cookie", "freshness=older"}, "newer"},
		"other cookies": {[]string{"Cookie", "a=b; freshness=position-1; c=d"}, "position-1"},
		"broken":        {[]string{api.Freshness, "a b", "Cookie", "freshness=older"}, ""},
		"long":          {[]string{"Cookie", "freshness=" + strings.Repeat("x", 257)}, ""},
	} {
		w := s.call(t, "GET", "/api/v1/items/x", token, nil, c.headers...)
		require.Equal(t, c.want, *seen, name)
		require.Equal(t, "position-2", w.Header().Get(api.Freshness))
		require.Equal(t, "freshness=position-2; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict", w.Header().Get("Set-Cookie"))
	}
	w := s.call(t, "GET", "/api/v1/items", token, nil, api.Freshness, "position-1")
	require.Empty(t, w.Header().Get("Set-Cookie"), "nothing new to remember")

	secure, _ := newTellingSite(t, func(o *web.Options) { o.HSTS = true })
	w = secure.call(t, "GET", "/api/v1/items/x", secure.user(t).Token, nil)
	require.Contains(t, w.Header().Get("Set-Cookie"), "; Secure")
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	s, _ := newTellingSite(t)
	h := s.call(t, "GET", "/api/v1/items/x", s.user(t).Token, nil).Header()
	require.Equal(t, url.Values{
		api.Phase: {"1"}, api.Version: {"v1.2.3"}, api.Role: {"all", "data"}, api.Node: {"node-1", "data-7"},
		api.Cache: {"miss"}, api.Replica: {"reader-1"},
	}, apptest.Origin(t, h))
	require.Empty(t, h.Get(api.Replayed))
	for _, path := range []string{"/", "/nothing", "/healthz", "/assets/app.js"} {
		h := s.call(t, "GET", path, "", nil).Header()
		require.Equal(t, "phase=1&version=v1.2.3&role=all&node=node-1", h.Get(api.Origin), path)
	}
	h = s.call(t, "GET", "/.well-known/jwks.json", "", nil).Header()
	require.Equal(t, "application/json", h.Get("Content-Type"))
	require.Equal(t, "public, max-age=60", h.Get("Cache-Control"))
	require.Equal(t, http.StatusOK, s.call(t, "GET", "/.well-known/jwks.json", "", nil).Code)
}
