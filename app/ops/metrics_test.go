package ops_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/topology"
)

func scrape(t *testing.T, m *ops.Metrics) string {
	t.Helper()
	w := ask(m.Handler(), "GET", "/metrics")
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

func TestMetricsOfRequests(t *testing.T) {
	t.Parallel()
	m := ops.NewMetrics()
	var during string
	h := site(func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("id") {
		case "missing":
			w.WriteHeader(http.StatusNotFound)
		case "broken":
			panic(http.ErrAbortHandler)
		case "scrape":
			during = scrape(t, m)
		}
	}, m.Layer)
	for i := range 100 {
		ask(h, "GET", fmt.Sprintf("/api/v1/items/%d", i))
	}
	ask(h, "GET", "/api/v1/items/missing")
	ask(h, "GET", "/api/v1/items/scrape")
	ask(h, "POST", "/api/v1/items")
	ask(h, "GET", "/healthz")
	ask(h, "GET", "/anything")
	ask(h, "INVENTED", "/api/v1/items")
	require.Panics(t, func() { ask(h, "GET", "/api/v1/items/broken") })

	text := scrape(t, m)
	const name = "ladder_http_requests_total"
	var counted []string
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, name); found {
			counted = append(counted, strings.TrimSpace(rest))
		}
	}
	require.ElementsMatch(t, []string{
		`{code="2xx",method="read",route="/api/v1/items/{id}"} 101`,
		`{code="4xx",method="read",route="/api/v1/items/{id}"} 1`,
		`{code="5xx",method="read",route="/api/v1/items/{id}"} 1`,
		`{code="2xx",method="write",route="/api/v1/items"} 1`,
		`{code="4xx",method="read",route="none"} 1`,
		`{code="4xx",method="other",route="none"} 1`,
	}, counted)
	for _, objective := range []string{"0.05", "0.1", "0.15", "0.2"} {
		require.Contains(t, text, fmt.Sprintf(
			`duration_seconds_bucket{code="2xx",method="write",route="/api/v1/items",le=%q} `, objective))
	}
	require.Contains(t, during, "ladder_http_requests_in_flight 1\n")
	require.Contains(t, text, "ladder_http_requests_in_flight 0\n")
	require.Contains(t, text, "go_goroutines ")
	require.Equal(t, http.StatusNotFound, ask(m.Handler(), "GET", "/").Code)
}

func TestMetricsOfOtherPackages(t *testing.T) {
	t.Parallel()
	m := ops.NewMetrics()
	m.Register(ops.Store(func() postgres.Status {
		return postgres.Status{Frozen: true, Writes: 7, Nodes: []postgres.NodeStatus{
			{Name: "writer"}, {Name: "r1", Out: true, Lag: 1500 * time.Millisecond, Err: errors.New("down")},
		}}
	}))
	m.Register(ops.Caches(func() cached.Counts { return cached.Counts{Items: cache.Counts{Hits: 3}} }))
	m.Register(ops.SharedCache(func() cache.SharedCounts { return cache.SharedCounts{Open: true, Failures: 2} }))
	m.Register(ops.Outbox(func(ctx context.Context) (outbox.Backlog, error) {
		_, bounded := ctx.Deadline()
		require.True(t, bounded)
		return outbox.Backlog{Oldest: time.Minute, Events: 5}, nil
	}))
	m.Register(ops.DeadLetters(func(ctx context.Context) (int64, error) {
		_, bounded := ctx.Deadline()
		require.True(t, bounded)
		return 8, nil
	}))
	m.Register(ops.Relay(func() outbox.Status { return outbox.Status{Leads: 4} }))
	m.Register(ops.Consumer("names", func() inbox.Status { return inbox.Status{Dead: 1} }))
	m.Register(ops.Consumer("mails", func() inbox.Status { return inbox.Status{Done: 2} }))
	m.Register(ops.Flags(func() flags.Status { return flags.Status{Errors: 3, Killed: []string{"a"}} }))
	m.Register(ops.Topology(func() topology.Status { return topology.Status{Changes: 6} }))
	m.Register(ops.NewShedder(ops.ShedLimits{}).Values)
	text := scrape(t, m)
	for _, want := range []string{
		"# TYPE ladder_store_writes_total counter\nladder_store_writes_total 7\n",
		"# TYPE ladder_store_frozen gauge\nladder_store_frozen 1\n",
		`ladder_store_node_lag_seconds{node="r1"} 1.5`,
		`ladder_store_node_failing{node="r1"} 1`,
		`ladder_cache_reads_total{answer="local",cache="items"} 3`,
		`ladder_cache_reads_total{answer="local",cache="users"} 0`,
		"ladder_shared_cache_open 1\n",
		"ladder_outbox_oldest_seconds 60\n",
		"ladder_outbox_unknown 0\n",
		"ladder_dead_letters 8\n",
		"ladder_dead_letters_unknown 0\n",
		"ladder_relay_leads 4\n",
		`ladder_consumer_events_total{consumer="names",outcome="dead"} 1`,
		`ladder_consumer_events_total{consumer="mails",outcome="done"} 2`,
		"ladder_flags_killed 1\n",
		"ladder_topology_changes_total 6\n",
		`ladder_shed_requests_total{priority="low"} 0`,
		"ladder_shed_limit 64\n",
	} {
		require.Contains(t, text, want)
	}
}

func TestMetricsWithoutADatabase(t *testing.T) {
	t.Parallel()
	m := ops.NewMetrics()
	m.Register(ops.Outbox(func(context.Context) (outbox.Backlog, error) { return outbox.Backlog{}, errors.New("down") }))
	m.Register(ops.DeadLetters(func(context.Context) (int64, error) { return 0, errors.New("down") }))
	text := scrape(t, m)
	require.Contains(t, text, "ladder_dead_letters_unknown 1\n")
	require.NotContains(t, text, "ladder_dead_letters ", "no number is better than a good one")
	require.Contains(t, text, "ladder_outbox_unknown 1\n")
	require.NotContains(t, text, "ladder_outbox_oldest_seconds", "no age is better than a good one")
}

func TestOneBadSourceLeavesTheOthers(t *testing.T) {
	t.Parallel()
	m := ops.NewMetrics()
	m.Register(func() []ops.Value { return []ops.Value{{Name: "twice", Help: "x"}, {Name: "twice", Help: "x"}} })
	m.Register(func() []ops.Value { return []ops.Value{{Name: "good", Help: "x", Value: 1}} })
	require.Contains(t, scrape(t, m), "ladder_good 1\n")
}
