package serve_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
)

// slowRequest is a sign-up whose last byte is still on its way.
type slowRequest struct {
	conn net.Conn
	rest string
}

func (p *process) slowSignUp(t *testing.T) slowRequest {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	in := apptest.NewSignUp()
	body := fmt.Sprintf(`{"email":%q,"name":%q,"password":%q}`, in.Email, in.Name, in.Password)
	// "Expect" makes the server tell when the handler reads: then the request is in flight.
	_, err = fmt.Fprintf(conn, "POST /api/v1/users HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue")
	_, err = io.WriteString(conn, body[:len(body)-1])
	require.NoError(t, err)
	return slowRequest{conn: conn, rest: body[len(body)-1:]}
}

// finish sends the last byte and returns the status of the answer.
func (s slowRequest) finish(t *testing.T) int {
	t.Helper()
	_, err := io.WriteString(s.conn, s.rest)
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(io.MultiReader(strings.NewReader(""), skipBlank(s.conn))), nil)
	require.NoError(t, err)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// skipBlank drops the empty line that ends "100 Continue".
func skipBlank(conn net.Conn) io.Reader {
	reader := bufio.NewReader(conn)
	for {
		next, err := reader.Peek(1)
		if err != nil || (next[0] != '\r' && next[0] != '\n') {
			return reader
		}
		_, _ = reader.Discard(1)
	}
}

func TestStopFinishesTheRequestInFlight(t *testing.T) {
	t.Parallel()
	p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s"})
	slow := p.slowSignUp(t)
	p.stop()
	require.Eventually(t, func() bool { return p.status("/healthz") == 0 }, patience, 10*time.Millisecond,
		"no new connections")
	select {
	case <-p.code:
		t.Fatal("the process ended with a request in flight")
	default:
	}
	require.Equal(t, http.StatusCreated, slow.finish(t))
	require.Zero(t, p.exit(t))
	require.Contains(t, p.logged(), `"msg":"stopped","version":"v0-test","stack":"","clean":true`)
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s", "SHUTDOWN_TIMEOUT": "200ms"})
	p.slowSignUp(t) // and never finish
	p.stop()
	require.Equal(t, 1, p.exit(t))
	require.Contains(t, p.logged(), "requests still in flight after 200ms")
}

func TestStopServesDuringTheDelay(t *testing.T) {
	t.Parallel()
	p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "8s"}) // for the calls below
	require.Equal(t, http.StatusOK, p.status("/readyz"))
	p.stop()
	require.Eventually(t, func() bool { return p.status("/readyz") == http.StatusServiceUnavailable },
		patience, 10*time.Millisecond)
	_, session := p.user(t) // new work is still done, on new connections
	p.must(t, http.StatusOK, "GET", "/users/me", session.Token, nil, nil)
	answer, err := p.client.Get(p.url + "/")
	require.NoError(t, err)
	_ = answer.Body.Close()
	require.True(t, answer.Close, "clients are asked to open their next connection elsewhere")
}

// A balancer asks /readyz every 100 ms and takes the process out when it says no. With a delay longer than that no
// request fails and every acknowledged item is in the database; without one, requests do fail: the test can see it.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	t.Run("with a delay none is lost", func(t *testing.T) {
		t.Parallel()
		failed, acknowledged, kept := stopUnderLoad(t, "2s")
		require.Zero(t, failed)
		require.NotZero(t, acknowledged)
		require.Equal(t, acknowledged, kept)
	})
	t.Run("without a delay some are", func(t *testing.T) {
		t.Parallel()
		failed, acknowledged, kept := stopUnderLoad(t, "0s")
		require.NotZero(t, failed)
		require.GreaterOrEqual(t, kept, acknowledged, "even then no acknowledged item is lost")
	})
}

func stopUnderLoad(t *testing.T, delay string) (failed, acknowledged, kept int64) {
	t.Helper()
	env := newEnvironment(t, pg.Empty(t)).with("SHUTDOWN_DELAY", delay)
	migrate(t, env)
	p := start(t, env)
	_, session := p.user(t)

	var failures, successes atomic.Int64
	var out atomic.Bool // taken out by the balancer
	var load sync.WaitGroup
	for range 8 {
		load.Go(func() {
			for !out.Load() {
				status, err := p.send(t.Context(), "POST", "/items", session.Token, app.NewItem{Title: "load"}, nil)
				if err != nil || status != http.StatusCreated {
					failures.Add(1)
					continue
				}
				successes.Add(1)
			}
		})
	}
	load.Go(func() { // the balancer
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if p.status("/readyz") != http.StatusOK {
				out.Store(true)
				return
			}
		}
	})
	require.Eventually(t, func() bool { return successes.Load() > 100 }, patience, time.Millisecond)
	p.stop()
	load.Wait()
	require.Zero(t, p.exit(t))
	return failures.Load(), successes.Load(), countItems(t, start(t, env), session.Token)
}

func countItems(t *testing.T, p *process, token string) (n int64) {
	t.Helper()
	cursor := ""
	for {
		var page app.ItemPage
		p.must(t, http.StatusOK, "GET", "/items?limit=100&cursor="+cursor, token, nil, &page)
		n += int64(len(page.Items))
		if cursor = page.Next; cursor == "" {
			return n
		}
	}
}
