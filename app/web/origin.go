package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// freshnessTime is how long a browser remembers what its user has seen: any replica is far ahead of it then.
const freshnessTime = time.Hour

// carry takes what a request brings for the stores into its context, and puts what they told into the answer: how
// fresh the user's data has to be from now on, and where the answer came from.
func carry(next http.Handler, about About, secure bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, origin := app.WithOrigin(app.WithFreshness(r.Context(), freshness(r)))
		answer := &recorder{ResponseWriter: w, before: func() {
			writeFreshness(w, app.Freshness(ctx), secure)
			writeOrigin(w.Header(), about, origin.Parts())
		}}
		next.ServeHTTP(answer, r.WithContext(ctx))
		answer.begin() // a handler that wrote nothing
	})
}

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

func writeOrigin(h http.Header, about About, parts app.OriginParts) {
	set := func(name string, values ...string) {
		if value := strings.Join(values, ", "); value != "" {
			h.Set(name, value)
		}
	}
	set(api.Phase, about.Phase)
	set(api.Version, about.Version)
	set(api.Role, append([]string{about.Role}, parts.Roles...)...)
	set(api.Node, append([]string{about.Node}, parts.Nodes...)...)
	set(api.Cache, parts.Cache)
	set(api.Replica, parts.Replica)
	if parts.Replayed {
		h.Set(api.Replayed, "true")
	}
}
