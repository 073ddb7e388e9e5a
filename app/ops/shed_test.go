package ops_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/ops"
)

const (
	workers   = 4
	work      = 10 * time.Millisecond
	capacity  = workers * int(time.Second/work) // requests a second
	objective = 200 * time.Millisecond
)

// small fits a server of so little capacity.
var small = ops.ShedLimits{Min: 16}

// server works on a few requests at once; the others wait, as for connections or a processor.
func server() http.HandlerFunc {
	slots := make(chan struct{}, workers)
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
			time.Sleep(work)
			<-slots
		case <-r.Context().Done():
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

type load struct {
	mu       sync.Mutex
	good     int // answered within the objective
	sent     map[string]int
	refused  map[string]int
	took     []time.Duration // of what was let in
	refusing time.Duration   // the slowest refusal
}

// mixed is what people send.
var mixed = []string{"write", "list", "read", "list", "read", "list", "read", "list", "read", "list"}

// offer sends so many requests a second, whatever comes of them.
func offer(h http.Handler, kinds []string, perSecond int, during time.Duration) *load {
	l := &load{sent: map[string]int{}, refused: map[string]int{}}
	var all sync.WaitGroup
	for i := range int(during.Seconds() * float64(perSecond)) {
		time.Sleep(time.Second / time.Duration(perSecond))
		kind := kinds[i%len(kinds)]
		all.Go(func() {
			start := time.Now()
			method, path := "GET", "/api/v1/items"
			switch kind {
			case "write":
				method = "POST"
			case "read":
				path += "/7"
			}
			status := ask(h, method, path).Code
			l.add(kind, status, time.Since(start))
		})
	}
	all.Wait()
	slices.Sort(l.took)
	return l
}

func (l *load) add(kind string, status int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[kind]++
	if status != http.StatusOK {
		l.refused[kind]++
		l.refusing = max(l.refusing, took)
		return
	}
	l.took = append(l.took, took)
	if took <= objective {
		l.good++
	}
}

func (l *load) part(kind string) float64 { return float64(l.refused[kind]) / float64(l.sent[kind]) }

// TestOverload is fault 31: three times the capacity, for longer than a limiter needs to get used to it.
func TestOverload(t *testing.T) {
	t.Parallel()
	const below = capacity * 95 / 100
	synctest.Test(t, func(t *testing.T) {
		shedder := ops.NewShedder(small)
		h := site(server(), shedder.Layer)
		peak := offer(h, mixed, below, 10*time.Second)
		require.Empty(t, peak.refused, "below its capacity the process refuses nothing")
		for range 6 {
			over := offer(h, mixed, 3*capacity, 10*time.Second)
			p99 := over.took[len(over.took)*99/100]
			t.Logf("good %d, at the peak %d; refused: writes %.3f, reads %.3f, lists %.3f; p99 %s; limit %v", over.good,
				peak.good, over.part("write"), over.part("read"), over.part("list"), p99, shedder.Values()[0].Value)
			require.GreaterOrEqual(t, over.good, peak.good*85/100, "goodput")
			require.Less(t, p99, objective, "what was let in")
			require.Less(t, over.refusing, 5*time.Millisecond, "refusals")
			require.Less(t, over.part("write"), 0.01, "writes fit into the capacity")
			require.Greater(t, over.part("list"), over.part("read"))
		}
		time.Sleep(time.Second)
		require.Empty(t, offer(h, mixed, below, 10*time.Second).refused, "it recovers")
	})
}

func TestOverloadOfOnePriority(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"write", "read", "list"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := site(server(), ops.NewShedder(small).Layer)
				for range 4 {
					over := offer(h, []string{kind}, 3*capacity, 10*time.Second)
					p99 := over.took[len(over.took)*99/100]
					t.Logf("good %d, p99 %s", over.good, p99)
					require.Less(t, p99, objective, "what was let in")
					require.GreaterOrEqual(t, over.good, 10*capacity*85/100, "goodput")
				}
			})
		})
	}
}

// TestOverloadWithoutShedding shows that the tests above can fail.
func TestOverloadWithoutShedding(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over := offer(site(server()), mixed, 3*capacity, 5*time.Second)
		require.Less(t, over.good, 5*capacity/2)
	})
}

func TestShedding(t *testing.T) {
	t.Parallel()
	const limit = 10
	begun, end := make(chan struct{}), make(chan struct{})
	shedder := ops.NewShedder(ops.ShedLimits{Min: limit, Max: limit})
	h := site(func(_ http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "z") {
			begun <- struct{}{}
			<-end
		}
	}, shedder.Layer)
	var all sync.WaitGroup
	hold := func(n int, method, path string) {
		for range n {
			all.Go(func() { ask(h, method, path) })
			<-begun
		}
	}
	refused := func(method, path string) {
		t.Helper()
		w := ask(h, method, path)
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "1", w.Header().Get("Retry-After"))
		require.Contains(t, w.Body.String(), `"code":"unavailable"`)
	}
	hold(10, "GET", "/api/v1/items")
	refused("GET", "/api/v1/items")
	hold(1, "GET", "/api/v1/items/7")
	hold(1, "POST", "/api/v1/sessions")
	refused("GET", "/api/v1/items/7")
	refused("POST", "/api/v1/sessions")
	refused("POST", "/api/v1/users") // anybody may ask for it
	hold(2, "POST", "/api/v1/items")
	refused("POST", "/api/v1/items")
	require.Equal(t, http.StatusOK, ask(h, "GET", "/healthz").Code)
	require.Equal(t, http.StatusOK, ask(h, "GET", "/readyz").Code)

	took := make([]time.Duration, 101)
	for i := range took {
		start := time.Now()
		refused("GET", "/api/v1/items")
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	require.Less(t, took[len(took)/2], 5*time.Millisecond)
	close(end)
	all.Wait()

	want := map[string]float64{"low": 102, "normal": 3, "high": 1}
	for _, v := range shedder.Values() {
		switch v.Name {
		case "shed_in_flight":
			require.Zero(t, v.Value, "every request leaves")
		case "shed_requests_total":
			require.InDelta(t, want[v.Labels[1]], v.Value, 0, fmt.Sprint(v))
		}
	}
}

func TestShedderOfABrokenHandler(t *testing.T) {
	t.Parallel()
	shedder := ops.NewShedder(ops.ShedLimits{Min: 1, Max: 1})
	h := site(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, shedder.Layer)
	for range 3 {
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { ask(h, "POST", "/api/v1/items") })
	}
}
