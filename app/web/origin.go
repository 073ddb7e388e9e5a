package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// freshnessTime is how long a browser remembers what its user has seen: any replica is far ahead of it then.
const freshnessTime = time.Hour

// freshness returns the token that a request brings, of the header or else of the cookie. One that nobody of us can
// have made is as none: a cookie may be left from anything.
func freshness(r *http.Request) string {
	if token := r.Header.Get(api.Freshness); token != "" {
		if app.IsFreshness(token) {
			return token
		}
		return ""
	}
	if cookie, err := r.Cookie(api.FreshnessCookie); err == nil && app.IsFreshness(cookie.Value) {
		return cookie.Value
	}
	return ""
}

func writeFreshness(w http.ResponseWriter, state *app.FreshnessState, secure bool) {
	token, changed := state.Changed()
	if !changed || !app.IsFreshness(token) {
		return
	}
	w.Header().Set(api.Freshness, token)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: Secure wherever there is HTTPS
		Name: api.FreshnessCookie, Value: token, Path: "/", MaxAge: int(freshnessTime.Seconds()),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	})
}

// origins are the values of api.Origin: the same for each answer that nothing else had a part in.
type origins struct {
	own   string
	alone []string
}

func newOrigins(about About) origins {
	var own strings.Builder
	for _, part := range [][2]string{
		{api.Phase, about.Phase}, {api.Version, about.Version}, {api.Role, about.Role}, {api.Node, about.Node},
	} {
		addOrigin(&own, part[0], part[1])
	}
	return origins{own.String(), []string{own.String()}}
}

func (o origins) of(parts app.OriginParts) []string {
	if parts.Cache == "" && parts.Replica == "" && len(parts.Roles)+len(parts.Nodes) == 0 {
		return o.alone
	}
	var all strings.Builder
	all.Grow(len(o.own) + 64) // a cache, and a replica's usual name
	_, _ = all.WriteString(o.own)
	for _, role := range parts.Roles {
		addOrigin(&all, api.Role, role)
	}
	for _, node := range parts.Nodes {
		addOrigin(&all, api.Node, node)
	}
	addOrigin(&all, api.Cache, parts.Cache)
	addOrigin(&all, api.Replica, parts.Replica)
	return []string{all.String()}
}

func addOrigin(to *strings.Builder, name, value string) {
	if value == "" {
		return
	}
	if to.Len() > 0 {
		_ = to.WriteByte('&')
	}
	_, _ = to.WriteString(name)
	_ = to.WriteByte('=')
	_, _ = to.WriteString(url.QueryEscape(value))
}
