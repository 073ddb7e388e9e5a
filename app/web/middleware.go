package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/ladder-iac/ladder/app"
)

// requestIDHeader carries the id of a request from the edge to the last service.
const requestIDHeader = "X-Request-Id"

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// note is what a request leaves for its line in the log.
type note struct {
	requestID string
	err       error
}

type noteKey struct{}

// RequestID returns the id of the request that ctx belongs to, for calls to the next service.
func RequestID(ctx context.Context) string {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n.requestID
	}
	return ""
}

func noteError(ctx context.Context, err error) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.err = err
	}
}

// identify gives a request its id and its deadline.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !requestIDForm.MatchString(id) {
			id = uuid.NewString()
		}
		w.Header().Set(requestIDHeader, id)
		ctx, cancel := context.WithTimeout(r.Context(), RequestTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, noteKey{}, &note{requestID: id})))
	})
}

// observe logs and counts a request. It logs the route, never the query, a header or a body: they may hold secrets.
func observe(next http.Handler, log *slog.Logger, count func(int, time.Duration)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &recorder{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		took, status := time.Since(start), answer.code()
		level := slog.LevelInfo
		switch r.Pattern {
		case "GET /healthz", "GET /readyz":
			level = slog.LevelDebug
		default:
			count(status, took)
		}
		attrs := []slog.Attr{
			slog.String("request_id", RequestID(r.Context())),
			slog.String("method", r.Method),
			slog.String("route", r.Pattern), // set by the mux on this very request
			slog.Int("status", status),
			slog.Float64("ms", float64(took.Microseconds())/1000),
			slog.Int64("bytes", answer.bytes),
		}
		if n, ok := r.Context().Value(noteKey{}).(*note); ok && n.err != nil {
			attrs = append(attrs, slog.String("error", n.err.Error()))
			if status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
		}
		log.LogAttrs(r.Context(), level, "request", attrs...)
	})
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
	log.ErrorContext(r.Context(), "panic", slog.String("request_id", RequestID(r.Context())),
		slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
	if answer, ok := w.(*recorder); ok && answer.status != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: the client must see that it broke
	}
	writeError(w, r, fmt.Errorf("panic: %v", cause))
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

// secure sets the headers that keep a browser from doing more than the page needs.
func secure(next http.Handler, hsts bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if hsts {
			h.Set("Strict-Transport-Security", "max-age=31536000") // one year; this host only
		}
		next.ServeHTTP(w, r)
	})
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
		next.ServeHTTP(w, r)
	})
}

// jsonErrors gives the mux's own answers (no such route, wrong method) the form of all other errors.
func jsonErrors(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
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

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int // 0 until the header is out
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(content []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(content)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// discard is an answer that nobody reads.
type discard struct{ header http.Header }

// Header implements http.ResponseWriter.
func (d discard) Header() http.Header { return d.header }

// Write implements http.ResponseWriter.
func (d discard) Write(content []byte) (int, error) { return len(content), nil }

// WriteHeader implements http.ResponseWriter.
func (d discard) WriteHeader(int) {}
