package http1

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a handler refuses arrives, although the client sends on: by a length as by chunks, and what is no request too.
func TestAnswerArrivesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	like := limits(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	for name, c := range map[string]struct {
		header string
		status int
	}{
		"length":    {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n", http.StatusRequestEntityTooLarge},
		"chunks":    {"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n895440\r\n", http.StatusRequestEntityTooLarge},
		"no host":   {"PUT / HTTP/1.1\r\n\r\n", http.StatusBadRequest},
		"too large": {"PUT / HTTP/1.1\r\nX: " + strings.Repeat("x", 2*maxHeader), http.StatusRequestHeaderFieldsTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, like, func(s *Server) { s.linger = patience })
			requireLast(t, s, c.header+strings.Repeat("x", 2*maxUnread), c.status, strings.Repeat("x", maxUnread))
		})
	}
}

// A short body that nobody reads is no harm, but where the connection ends anyway.
func TestAnswerArrivesBeforeTheEndOfAShortBody(t *testing.T) {
	t.Parallel()
	const short = "Content-Length: 200000\r\n"
	for name, c := range map[string]struct {
		header, first string
		handle        func(s *Server, w http.ResponseWriter, r *http.Request)
	}{
		"the handler ends it": {short, "x", func(_ *Server, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
		}},
		"the client ends it": {short + "Connection: close\r\n", "x", func(*Server, http.ResponseWriter, *http.Request) {}},
		"the server stops": {short, "x", func(s *Server, _ http.ResponseWriter, r *http.Request) {
			ended, cancel := context.WithCancel(r.Context())
			cancel()
			_ = s.Shutdown(ended) // it does not wait for this very request
		}},
		"broken chunks": {"Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabcd\r\n0\r\n\r\n", func(_ *Server, _ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			assert.Error(t, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *running
			ready := make(chan struct{})
			s = start(t, limits(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				<-ready
				c.handle(s.Server, w, r)
				w.WriteHeader(http.StatusForbidden)
			})), func(s *Server) { s.linger = patience })
			close(ready)
			sent := "PUT / HTTP/1.1\r\nHost: h\r\n" + c.header + "\r\n" + c.first
			requireLast(t, s, sent, http.StatusForbidden, strings.Repeat("x", 10000))
		})
	}
}

// requireLast fails unless a client that sends on gets an answer, is told that it is the last one, and is not cut off.
func requireLast(t *testing.T, s *running, sent string, status int, more string) {
	t.Helper()
	conn, from := s.dial(t)
	_, err := io.WriteString(conn, sent)
	require.NoError(t, err)
	answer, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	_ = answer.Body.Close()
	require.Equal(t, status, answer.StatusCode)
	require.True(t, answer.Close, "the client is told")
	for range 10 {
		_, err = io.WriteString(conn, more)
		require.NoError(t, err, "what the client still sends is taken")
	}
	_, err = io.Copy(io.Discard, from)
	require.NoError(t, err)
}

// A client that never ends is not waited for.
func TestLingeringEnds(t *testing.T) {
	t.Parallel()
	like := limits(http.NotFoundHandler())
	like.ReadHeaderTimeout, like.ReadTimeout, like.IdleTimeout = 0, 0, 0 // nothing else ends it
	s := start(t, like, func(s *Server) { s.linger = 10 * time.Millisecond })
	conn, from := s.dial(t)
	_, err := io.WriteString(conn, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\nx")
	require.NoError(t, err)
	_, _ = answered(t, from)
	require.Eventually(t, func() bool {
		_, err := io.WriteString(conn, "x")
		return err != nil
	}, patience, time.Millisecond)
}

// crowded is a listener that has no connection to give at first.
type crowded struct {
	net.Listener

	left []error
}

func (l *crowded) Accept() (net.Conn, error) {
	if len(l.left) > 0 {
		err := l.left[0]
		l.left = l.left[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
	}
	return l.Listener.Accept()
}

// Where files or connections have run out for now, the server goes on later.
func TestNoConnectionForNow(t *testing.T) {
	t.Parallel()
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := New(limits(http.NotFoundHandler()))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(&crowded{inner, []error{syscall.EMFILE, syscall.ENFILE, syscall.EMFILE}}) }()
	conn, from := (&running{s, inner.Addr().String(), ended}).dial(t)
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	status, _ := answered(t, from)
	require.Equal(t, http.StatusNotFound, status)
	require.NoError(t, s.Shutdown(context.WithoutCancel(t.Context())))
	require.NoError(t, <-ended)
}

// A signal that comes before the server serves is not forgotten.
func TestShutdownBeforeServe(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := New(limits(http.NotFoundHandler()))
	require.NoError(t, s.Shutdown(t.Context()))
	require.NoError(t, s.Serve(listener))
	_, err = listener.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

// The time to write an answer is not that of the next one.
func TestTimeToWriteIsEachAnswersOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent string
		want []int
	}{
		"expectation": {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx", []int{100, 404}},
		"no request":  {"?\r\n\r\n", []int{400}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			like := limits(http.NotFoundHandler())
			like.WriteTimeout = time.Second
			conn, from := run(t, like).dial(t)
			_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			require.NoError(t, err)
			_, _ = answered(t, from)
			time.Sleep(like.WriteTimeout + 100*time.Millisecond)
			_, err = io.WriteString(conn, c.sent)
			require.NoError(t, err)
			for _, want := range c.want {
				status, _ := answered(t, from)
				require.Equal(t, want, status)
			}
		})
	}
}

// A long answer is not kept in memory for as long as its connection is open.
func TestMemoryOfALongAnswer(t *testing.T) {
	t.Parallel()
	var kept []int
	ours(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, is := w.(*answer)
		require.True(t, is)
		_, _ = io.WriteString(w, "x")
		kept = append(kept, cap(own.ctx.Response.Body()))
		_, _ = io.WriteString(w, strings.Repeat("x", 4*keptAnswer))
	}), strings.Repeat("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 3))
	require.Len(t, kept, 3)
	for _, of := range kept {
		require.LessOrEqual(t, of, keptAnswer)
	}
}

// What a broken request holds is nobody's to read.
func TestNoTokenInTheLog(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"X: a\x00b", "X y: z", "Content-Length: -1", "no colon"} {
		var lines bytes.Buffer
		like := limits(http.NotFoundHandler())
		like.ErrorLog = log.New(&lines, "", 0)
		s := start(t, like, func(*Server) {})
		conn, from := s.dial(t)
		_, err := fmt.Fprintf(conn, "GET /?secret HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer secret\r\n%s\r\n\r\n", broken)
		require.NoError(t, err)
		status, _ := answered(t, from)
		require.Equal(t, http.StatusBadRequest, status)
		_ = conn.Close()
		require.NoError(t, s.Shutdown(context.WithoutCancel(t.Context())))
		require.NotContains(t, lines.String(), "secret", broken)
	}
}
