package web

import (
	"maps"
	"net/http"
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

// aboutHeaders say what answers: the same in each answer that no other service had a part in.
type aboutHeaders struct {
	about  About
	values http.Header
}

func newAboutHeaders(about About) aboutHeaders {
	values := http.Header{}
	for name, value := range map[string]string{
		api.Phase: about.Phase, api.Version: about.Version, api.Role: about.Role, api.Node: about.Node,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return aboutHeaders{about, values}
}

func (a aboutHeaders) write(h http.Header, parts app.OriginParts) {
	maps.Copy(h, a.values)
	if len(parts.Roles) > 0 {
		h.Set(api.Role, strings.Join(append([]string{a.about.Role}, parts.Roles...), ", "))
	}
	if len(parts.Nodes) > 0 {
		h.Set(api.Node, strings.Join(append([]string{a.about.Node}, parts.Nodes...), ", "))
	}
	if parts.Cache != "" {
		h[api.Cache] = []string{parts.Cache}
	}
	if parts.Replica != "" {
		h[api.Replica] = []string{parts.Replica}
	}
	if parts.Replayed {
		h.Set(api.Replayed, "true")
	}
}
