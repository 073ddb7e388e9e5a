package web

import (
	"context"
	"fmt"
	"hash/crc32"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/web/page"
)

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// note is the context of a request, and what the layers leave in it for each other: its answer, a failure for the log,
// and who asks.
type note struct {
	deadline

	answer recorder
	err    error

	token  string // that was verified
	caller app.Caller
	denied error
}

type noteKey struct{}

// Value implements context.Context.
func (n *note) Value(key any) any {
	if _, is := key.(noteKey); is {
		return n
	}
	return n.deadline.Value(key)
}

func noteOf(ctx context.Context) (*note, bool) {
	n, ok := ctx.Value(noteKey{}).(*note)
	return n, ok
}

func noteError(ctx context.Context, err error) {
	if n, ok := noteOf(ctx); ok {
		n.err = err
	}
}

// begin gives a request its id, its deadline and what it brings for the stores, and puts into the answer what they
// told: how fresh the user's data has to be from now on, and where the answer came from.
func begin(next http.Handler, o Options) http.Handler {
	origins := newOrigins(o.Services.About)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(api.RequestID)
		if id == "" || !requestIDForm.MatchString(id) {
			id = uuid.NewString()
		}
		w.Header()[api.RequestID] = []string{id}
		ctx, origin := app.WithRequest(r.Context(), id, freshness(r))
		if o.Context != nil {
			ctx = o.Context(ctx)
		}
		n := &note{deadline: newDeadline(ctx, api.RequestTime)}
		defer n.end()
		n.answer = recorder{ResponseWriter: w, before: func() {
			writeFreshness(w, app.Freshness(ctx), o.HSTS)
			parts := origin.Parts()
			w.Header()[api.Origin] = origins.of(parts)
			if parts.Replayed {
				w.Header().Set(api.Replayed, "true")
			}
		}}
		next.ServeHTTP(&n.answer, r.WithContext(n)) //nolint:contextcheck // it is around r's
		n.answer.begin()                            // a handler that wrote nothing
	})
}

// observe logs and counts a request. It logs the route, never the query, a header or a body: they may hold secrets.
func observe(next http.Handler, o Options) http.Handler {
	log, count := o.Log, o.Observe
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		next.ServeHTTP(w, r)
		took := time.Since(start)
		n, _ := noteOf(r.Context()) // of begin
		status, level := n.answer.code(), slog.LevelInfo
		switch r.Pattern {
		case "GET /healthz", "GET /readyz":
			level = slog.LevelDebug
		default:
			count(status, took)
		}
		failed := status >= http.StatusInternalServerError
		if n.err != nil && failed {
			level = slog.LevelError
		}
		if !log.Enabled(r.Context(), level) || !failed && unlogged(app.RequestID(r.Context()), o.Unlogged) {
			return
		}
		attrs := make([]slog.Attr, 0, 7)
		attrs = append(
			attrs,
			slog.String("request_id", app.RequestID(r.Context())),
			slog.String("method", r.Method),
			slog.String("route", r.Pattern), // set by the mux on this very request
			slog.Int("status", status),
			slog.Float64("ms", float64(took.Microseconds())/1000),
			slog.Int64("bytes", n.answer.bytes),
		)
		if n.err != nil {
			attrs = append(attrs, slog.String("error", n.err.Error()))
		}
		log.LogAttrs(r.Context(), level, "request", attrs...)
	})
}

// unlogged says of a share of the ids, and of the same ones everywhere, that their requests are not logged.
func unlogged(id string, share float64) bool {
	return float64(crc32.ChecksumIEEE([]byte(id))) < share*(1<<32)
}

// recoverPanics answers 500 for a panic, and keeps the process.
func recoverPanics(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				answerPanic(w, r, log, cause)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func answerPanic(w http.ResponseWriter, r *http.Request, log *slog.Logger, cause any) {
	if cause == http.ErrAbortHandler { //nolint:errorlint // the documented comparison
		panic(cause)
	}
	log.ErrorContext(r.Context(), "panic", slog.String("request_id", app.RequestID(r.Context())),
		slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
	if begun(w) {
		panic(http.ErrAbortHandler) // half an answer is out: the client must see that it broke
	}
	writeError(w, r, fmt.Errorf("panic: %v", cause))
}

// begun reports whether a header is out, whatever layers are around the recorder.
func begun(w http.ResponseWriter) bool {
	for {
		switch answer := w.(type) {
		case *recorder:
			return answer.status != 0
		case interface{ Unwrap() http.ResponseWriter }:
			w = answer.Unwrap()
		default:
			return false
		}
	}
}

// retireConnections asks clients of a stopping process to open their next connection elsewhere, so that no
// connection is closed under a request that is on its way.
func retireConnections(next http.Handler, health *Health) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if health.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// A browser must not do more with an answer than the page needs. What a program gets is no document: nothing in it
// runs, and nobody shows it.
var (
	answerHeaders = http.Header{
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"X-Content-Type-Options":       {"nosniff"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
	documentHeaders = http.Header{
		"Content-Security-Policy":    {page.ContentSecurityPolicy("")},
		"X-Frame-Options":            {"DENY"}, // for browsers that do not know frame-ancestors
		"Referrer-Policy":            {"no-referrer"},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Permissions-Policy":         {"camera=(), geolocation=(), microphone=()"},
	}
)

func secure(next http.Handler, hsts bool) http.Handler {
	headers := maps.Clone(answerHeaders)
	if hsts {
		headers["Strict-Transport-Security"] = []string{"max-age=31536000"} // one year; this host only
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), headers)
		if !strings.HasPrefix(r.URL.Path, api.Base) {
			maps.Copy(w.Header(), documentHeaders)
		}
		next.ServeHTTP(w, r)
	})
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
		}
		next.ServeHTTP(w, r)
	})
}

// jsonErrors gives the mux's own answers (no such route, wrong method) the form of all other errors.
func jsonErrors(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Pattern != "" { // of routed
			mux.ServeHTTP(w, r)
			return
		}
		own, _ := mux.Handler(r)
		answer := &recorder{ResponseWriter: discard{http.Header{}}}
		own.ServeHTTP(answer, r)
		if allow := answer.Header().Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			writeError(w, r, statusError{http.StatusMethodNotAllowed, r.Method + ": want " + allow})
			return
		}
		writeError(w, r, app.Errorf(app.CodeNotFound, "no such route; see /"))
	})
}

// Layer is what another package puts around the handlers.
type Layer = func(http.Handler) http.Handler

// layered puts layers around a handler, the first outermost.
func layered(h http.Handler, layers []Layer) http.Handler {
	for _, layer := range slices.Backward(layers) {
		h = layer(h)
	}
	return h
}

// routed tells the layers within which route a request takes, before one of them may refuse it.
func routed(next http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, r.Pattern = mux.Handler(r)
		next.ServeHTTP(w, r)
	})
}

// Refuse answers unavailable for a layer that lets a request through only later.
func Refuse(w http.ResponseWriter, r *http.Request, status int, after time.Duration, message string) {
	w.Header().Set("Retry-After", strconv.FormatInt(max(1, int64((after+time.Second-1)/time.Second)), 10))
	writeError(w, r, statusError{status, message})
}

// VerifyOnce verifies the token of a request at most once, for the layers and the handler together.
func VerifyOnce(
	verify func(context.Context, string) (app.Caller, error),
) func(context.Context, string) (app.Caller, error) {
	return func(ctx context.Context, token string) (app.Caller, error) {
		n, ok := noteOf(ctx)
		if !ok || token == "" {
			return verify(ctx, token)
		}
		if n.token != token {
			n.caller, n.denied = verify(ctx, token)
			n.token = token
		}
		return n.caller, n.denied
	}
}

// UserOf returns the user whose good token a request brings, or nothing.
func UserOf(verify func(context.Context, string) (app.Caller, error)) func(*http.Request) string {
	return func(r *http.Request) string {
		token, ok := bearer(r)
		if !ok {
			return ""
		}
		caller, err := verify(r.Context(), token)
		if err != nil {
			return ""
		}
		return caller.UserID
	}
}
