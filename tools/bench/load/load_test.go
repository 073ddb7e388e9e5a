package load

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func client(t *testing.T, conns int, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	c := NewClient(strings.TrimPrefix(server.URL, "http://"), conns)
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

func get() Request { return Request{Bytes: Get("/", "")} }

// A server that stands still once for 300 ms, at 1,000 requests a second, delays 300 requests by 150 ms on average.
// A generator that waits for answers before it sends would see as many slow requests as it has connections.
func TestStallShowsInLatencies(t *testing.T) {
	t.Parallel()
	const stall, conns = 300 * time.Millisecond, 4
	var turn sync.RWMutex
	var once sync.Once
	begin := time.Now()
	c := client(t, conns, func(http.ResponseWriter, *http.Request) {
		if time.Since(begin) > 300*time.Millisecond {
			once.Do(func() {
				turn.Lock()
				time.Sleep(stall)
				turn.Unlock()
			})
		}
		turn.RLock()
		defer turn.RUnlock()
	})
	result := c.Open(t.Context(), time.Second, 1000, get)
	if result.Good() != 1000 || result.Dropped != 0 {
		t.Fatalf("got %d good, %d dropped, %v; want all 1000", result.Good(), result.Dropped, result.Statuses)
	}
	slow := slower(result, 100*time.Millisecond)
	if slow < 150 {
		t.Errorf("got %d requests slower than 100 ms, want about 200", slow)
	}
	if served := result.Service.ValueAtQuantile(99); served > 100_000 && result.Service.TotalCount() == 1000 {
		t.Errorf("service time p99: got %d µs, want it to hide the stall: %d connections saw it", served, conns)
	}
	if lag := result.Lag.ValueAtQuantile(50); lag > 5_000 {
		t.Errorf("generator lag p50: got %d µs, want the stall not to count as ours", lag)
	}
}

func slower(result Result, than time.Duration) (count int64) {
	for _, bar := range result.Latency.Distribution() {
		if bar.From >= than.Microseconds() {
			count += bar.Count
		}
	}
	return count
}

func TestOpenKeepsTheRate(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	c := client(t, 8, func(http.ResponseWriter, *http.Request) { served.Add(1) })
	begin := time.Now()
	result := c.Open(t.Context(), 500*time.Millisecond, 400, get)
	if result.Good() != 200 || served.Load() != 200 {
		t.Errorf("got %d good, %d served, want 200", result.Good(), served.Load())
	}
	if took := time.Since(begin); took < 490*time.Millisecond {
		t.Errorf("took %s, want half a second", took)
	}
}

func TestFailuresAreCountedAndNotTimed(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	c := client(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	result := c.Open(t.Context(), 100*time.Millisecond, 200, get)
	if result.Failed != 10 || result.Statuses[429] != 10 || result.Latency.TotalCount() != 10 {
		t.Errorf("got %d failed of %v, %d timed", result.Failed, result.Statuses, result.Latency.TotalCount())
	}
}

func TestClosedTellsTheStatus(t *testing.T) {
	t.Parallel()
	c := client(t, 2, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer abc" || r.ContentLength != 2 {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	var told atomic.Int64
	result := c.Closed(t.Context(), 50*time.Millisecond, 2, func() Request {
		return Request{Bytes: Put("/x", "abc", []byte("{}")), Done: func(status int) {
			if status == http.StatusOK {
				told.Add(1)
			}
		}}
	})
	if result.Good() == 0 || int64(result.Good()) != told.Load() {
		t.Errorf("got %d good, %d told, %v", result.Good(), told.Load(), result.Statuses)
	}
}

func TestConnectionClosedByTheServerIsReplaced(t *testing.T) {
	t.Parallel()
	c := client(t, 1, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
		_ = conn.Close()
		_ = r
	})
	result := c.Open(t.Context(), 50*time.Millisecond, 100, get)
	if result.Good() != 5 {
		t.Errorf("got %v, want 5 good", result.Statuses)
	}
}

func TestGoneServerFails(t *testing.T) {
	t.Parallel()
	c := NewClient("127.0.0.1:1", 1)
	result := c.Open(t.Context(), 20*time.Millisecond, 100, get)
	if result.Failed != 2 || result.Statuses[0] != 2 {
		t.Errorf("got %v", result.Statuses)
	}
}
