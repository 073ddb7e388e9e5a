package http1

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// told is what a client gets.
type told struct {
	Status int
	Header http.Header
	Body   string
	Close  bool
}

func read(t *testing.T, method, answers string) (all []told) {
	t.Helper()
	reader := bufio.NewReader(strings.NewReader(answers))
	for {
		answer, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			return all
		}
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		answer.Header.Del("Date")
		answer.Header.Del("Connection") // it is in Close
		all = append(all, told{answer.StatusCode, answer.Header, string(body), answer.Close})
	}
}

// What a handler answers comes out as with net/http.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"nothing":    func(http.ResponseWriter, *http.Request) {},
		"a status":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"own status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(799) },
		"two":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); w.WriteHeader(200) },
		"text":       func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "text") },
		"HTML":       func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") },
		"nothing, 0": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) },
		"twice": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			_, _ = io.WriteString(w, "b")
		},
		"long":      func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 5000)) },
		"not found": http.NotFound,
		"redirect":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) },
		"with a type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "a/b")
			_, _ = io.WriteString(w, "x")
		},
		"headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Vary"] = []string{"a", "b"}
			w.Header().Add("Set-Cookie", "a=b; Path=/; HttpOnly")
			w.Header().Add("Set-Cookie", "c=d")
			w.Header().Set("Server", "own")
			w.Header().Set("Etag", `"1"`)
			w.Header().Set("Empty", "")
			w.Header()["None"] = nil
			w.Header()["Www-Authenticate"] = []string{"Bearer"}
		},
		"a line in a header": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", "a\r\nSet-Cookie: b=c") },
		"late": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			w.Header().Set("X", "y")
		},
		"close":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") },
		"no body": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"unchanged": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Etag", `"1"`)
			w.WriteHeader(http.StatusNotModified)
		},
		"forbidden body": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			_, err := w.Write([]byte("x"))
			w.Header().Set("X-Error", err.Error()) // too late to be seen
		},
		"length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
		},
		"file": func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "x.css", time.Unix(1e9, 0), strings.NewReader("0123456789"))
		},
		"length alone": func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.Header().Set("Content-Length", "3")
			}
		},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			for _, version := range []string{"1.1", "1.0"} {
				t.Run(name+", "+method+" of HTTP/"+version, func(t *testing.T) {
					t.Parallel()
					sent := method + " /y HTTP/" + version + "\r\nHost: h\r\nRange: bytes=2-3\r\n\r\n"
					want := read(t, method, theirs(t, handler, sent+sent))
					got := read(t, method, ours(handler, sent+sent))
					if name == "long" { // net/http sends it in chunks
						for _, one := range append(want, got...) {
							one.Header.Del("Content-Length")
							one.Header.Del("Transfer-Encoding")
						}
					}
					require.Equal(t, want, got)
				})
			}
		}
	}
}

// A handler that panics ends its connection without an answer, and nothing else.
func TestPanic(t *testing.T) {
	t.Parallel()
	const sent = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, cause := range []any{http.ErrAbortHandler, "oh"} {
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic(cause)
		})
		require.Empty(t, ours(handler, sent))
		require.Empty(t, theirs(t, handler, sent))
	}
}
