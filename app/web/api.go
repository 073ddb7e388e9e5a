package web

import (
	"context"
	_ "embed"
	"net/http"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/auth"
)

// handler is a handler that returns its failure; the failure becomes the answer.
type handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		writeError(w, r, err)
	}
}

// callerHandler is a handler for a user whose token was verified.
type callerHandler func(w http.ResponseWriter, r *http.Request, caller app.Caller) error

func signedIn(verify func(context.Context, string) (app.Caller, error), next callerHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := bearer(r)
		if !ok {
			return app.Errorf(app.CodeUnauthenticated, "no token; sign in and send the header Authorization: Bearer TOKEN")
		}
		caller, err := verify(r.Context(), token)
		if err != nil {
			return err
		}
		return next(w, r, caller)
	}
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// idempotent lets a write be done once for its key, if it has one.
func idempotent(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		keys := r.Header.Values(api.IdempotencyKey)
		if len(keys) == 0 {
			return next(w, r)
		}
		if len(keys) > 1 {
			return app.Errorf(app.CodeInvalid, "idempotency key: got %d headers %s, want one",
				len(keys), api.IdempotencyKey)
		}
		if err := app.CheckIdempotencyKey(keys[0]); err != nil {
			return err
		}
		return next(w, r.WithContext(app.WithIdempotencyKey(r.Context(), keys[0])))
	}
}

// version returns the version that a change is for: of the header If-Match, of the body, or of both when they agree.
func version(r *http.Request, body int64) (int64, error) {
	const wanted = `want one version as in the header ETag of the answer, such as "3" with its quotes`
	values := r.Header.Values("If-Match")
	if len(values) == 0 {
		return body, nil
	}
	number, quoted := strings.CutPrefix(values[0], `"`)
	number, closed := strings.CutSuffix(number, `"`)
	header, err := strconv.ParseInt(number, 10, 64)
	if len(values) > 1 || !quoted || !closed || err != nil || header < 1 || etag(header) != values[0] {
		return 0, app.Errorf(app.CodeInvalid, "If-Match: got %.40q, %s", values[0], wanted)
	}
	if body != 0 && body != header {
		return 0, app.Errorf(app.CodeInvalid, "version: got %d in the body and %d in If-Match, want one", body, header)
	}
	return header, nil
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// writeVersioned answers with something that is changed by version.
func writeVersioned(w http.ResponseWriter, status int, version int64, body any) error {
	w.Header()["Etag"] = []string{etag(version)}
	return writeJSON(w, status, body)
}

//go:embed openapi.yaml
var openAPI []byte

// contract serves the description of the API.
func contract() handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/yaml")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(openAPI) // the client is gone: nobody to tell
		return nil
	}
}

// publicKeys serves the keys that verify tokens, for services that only verify.
func publicKeys(keys func() auth.Keys) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Cache-Control", "public, max-age=60")
		return writeJSON(w, http.StatusOK, keys())
	}
}

// alive says that the process runs. It asks nobody: a database that is down is no reason to restart the process.
func alive() handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
	}
}

func ready(health *Health) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := health.Ready(r.Context()); err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
	}
}
