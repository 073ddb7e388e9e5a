package http1

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/apptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, apptest.ServerGoroutines()...) }

const patience = time.Minute // how long tests wait for what comes within a second on a quiet machine

// running is a server and a client's connection to it.
type running struct {
	*Server
	addr  string
	ended chan error
}

func run(t *testing.T, like *http.Server) *running {
	t.Helper()
	return start(t, like, func(*Server) {})
}

// start is run of a server that is not quite as New makes it.
func start(t *testing.T, like *http.Server, change func(*Server)) *running {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := New(like)
	change(server)
	s := &running{server, listener.Addr().String(), make(chan error, 1)}
	go func() { s.ended <- s.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		require.NoError(t, s.Shutdown(ctx))
		require.NoError(t, <-s.ended)
	})
	return s
}

func (s *running) dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn, bufio.NewReader(conn)
}

func answered(t *testing.T, from *bufio.Reader) (status int, body string) {
	t.Helper()
	answer, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode, string(content)
}

// A request in flight is finished, whoever waits for the next one is not waited for.
func TestShutdown(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	s := run(t, limits(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(begun)
			<-finish
		}
		_, _ = io.WriteString(w, r.URL.Path)
	})))
	idle, fromIdle := s.dial(t)
	_, err := io.WriteString(idle, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	_, body := answered(t, fromIdle)
	require.Equal(t, "/1", body)
	busy, fromBusy := s.dial(t)
	_, err = io.WriteString(busy, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	<-begun

	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.WithoutCancel(t.Context())) }()
	_, err = fromIdle.ReadByte()
	require.ErrorIs(t, err, io.EOF, "an idle connection is closed")
	select {
	case err := <-down:
		t.Fatal("the server ended with a request in flight: ", err)
	default:
	}
	close(finish)
	last, err := http.ReadResponse(fromBusy, nil)
	require.NoError(t, err)
	content, err := io.ReadAll(last.Body)
	require.NoError(t, err)
	require.NoError(t, last.Body.Close())
	require.Equal(t, "/slow", string(content))
	require.True(t, last.Close, "the client opens its next connection elsewhere")
	require.NoError(t, <-down)
}

// Whoever does not wait any longer ends the contexts, and handlers that heed them end.
func TestClose(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	s := run(t, limits(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	})))
	conn, from := s.dial(t)
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
	require.NoError(t, s.Close())
	content, err := io.ReadAll(from)
	require.NoError(t, err)
	require.Empty(t, content, "that its request was ended is no answer")
}

// Each limit of time ends what it is there for.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const soon = 100 * time.Millisecond
	readAll := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "slow body", http.StatusRequestTimeout)
		}
	})
	for name, c := range map[string]struct {
		change func(*http.Server)
		sent   string
		want   []string // answers, then the connection ends
	}{
		"nothing":   {func(s *http.Server) { s.ReadHeaderTimeout = soon }, "", nil},
		"header":    {func(s *http.Server) { s.ReadHeaderTimeout = soon }, "GET / HT", nil},
		"next":      {func(s *http.Server) { s.IdleTimeout = soon }, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", []string{"200 "}},
		"no body":   {func(s *http.Server) { s.ReadTimeout = soon }, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n", []string{"408 Request Timeout\n"}},
		"body":      {func(s *http.Server) { s.ReadTimeout = soon }, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na", []string{"408 slow body\n"}},
		"long body": {func(s *http.Server) { s.ReadTimeout = soon }, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n" + strings.Repeat("x", 50000), []string{"408 slow body\n"}},
		"chunk":     {func(s *http.Server) { s.ReadTimeout = soon }, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na", []string{"408 slow body\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			like := limits(readAll)
			c.change(like)
			conn, from := run(t, like).dial(t)
			_, err := io.WriteString(conn, c.sent)
			require.NoError(t, err)
			for _, want := range c.want {
				status, body := answered(t, from)
				require.Equal(t, want, fmt.Sprint(status, " ", body))
			}
			_, err = from.ReadByte()
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

// What a handler keeps of a request stays as it was, whatever comes in over the same connection later.
func TestNothingOfARequestIsReused(t *testing.T) {
	t.Parallel()
	handler, got := recording()
	var sent strings.Builder
	for i := range 20 {
		fmt.Fprintf(&sent, "PUT /%02d?q=%02d HTTP/1.1\r\nHost: h%02d\r\nX: %02d\r\nContent-Length: 2\r\n\r\n%02d", i, i, i, i, i)
	}
	ours(handler, sent.String())
	require.Len(t, *got, 20)
	for i, one := range *got {
		n := fmt.Sprintf("%02d", i)
		require.Equal(t, []string{"/" + n, "q=" + n, "h" + n, n, n},
			[]string{one.Path, one.Query, one.Host, one.Header.Get("X"), one.Body})
	}
}

// Of a body that the handler does not want a little is read, so that the connection serves on; of more it ends.
func TestUnreadBody(t *testing.T) {
	t.Parallel()
	s := run(t, limits(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1000))
		_, _ = fmt.Fprint(w, r.URL.Path, " ", err)
	})))
	conn, from := s.dial(t)
	for range 2 {
		_, err := fmt.Fprintf(conn, "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n%s", strings.Repeat("x", 60000))
		require.NoError(t, err)
		status, body := answered(t, from)
		require.Equal(t, "200 /a http: request body too large", fmt.Sprint(status, " ", body))
	}
	_, err := fmt.Fprintf(conn, "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n%s", strings.Repeat("x", 60000))
	require.NoError(t, err)
	answer, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	_ = answer.Body.Close()
	require.True(t, answer.Close)
}
