package serve_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/topology"
)

// A cutover by the document alone: the process is never restarted, and what it acknowledged is at the new writer.
func TestCutoverWithoutARestart(t *testing.T) {
	t.Parallel()
	cluster := pgtest.StartCluster(t, 2)
	path := filepath.Join(t.TempDir(), "topology.json")
	document := topology.Document{Writer: host(cluster.Primary), Database: "app"}
	for _, replica := range cluster.Replicas {
		document.Readers = append(document.Readers, host(replica))
	}
	publish(t, path, document)
	env := newEnvironment(t, cluster.Primary.Database(t, "app")).with("TOPOLOGY", "file:"+path).with("METRICS_ADDR", freeAddress(t))
	migrate(t, env)
	p := start(t, env)
	_, session := p.user(t)
	var first, second app.Item
	p.must(t, http.StatusCreated, "POST", "/items", session.Token, app.NewItem{Title: "before"}, &first)

	document.Frozen = true
	publish(t, path, document)
	require.Eventually(t, func() bool { return strings.Contains(p.logged(), "no write is in flight") },
		time.Minute, 10*time.Millisecond)
	p.must(t, http.StatusServiceUnavailable, "POST", "/items", session.Token, app.NewItem{Title: "refused"}, nil)
	require.Equal(t, http.StatusOK, p.status("/readyz"), "reads go on")

	cluster.Replicas[0].CatchUp(t, cluster.Primary)
	cluster.Replicas[0].Promote(t)
	cluster.Primary.Stop(t)
	publish(t, path, topology.Document{Writer: host(cluster.Replicas[0]), Database: "app"})
	require.Eventually(t, func() bool {
		status, err := p.send(t.Context(), "POST", "/items", session.Token, app.NewItem{Title: "after"}, &second)
		return err == nil && status == http.StatusCreated
	}, time.Minute, 10*time.Millisecond)
	var page app.ItemPage
	p.must(t, http.StatusOK, "GET", "/items", session.Token, nil, &page)
	require.Equal(t, []app.Item{second, first}, page.Items)
	require.Contains(t, scrape(t, env["METRICS_ADDR"]), "ladder_topology_changes_total 2\n", "frozen, then moved")

	code, _, stderr := run(t, env, "migrate")
	require.Zero(t, code, "migrate goes to the writer of the document, not of the URL: %s", stderr)
}

func TestStartNeedsAGoodTopology(t *testing.T) {
	t.Parallel()
	path := writeFile(t, `{"writer": {}}`)
	env := newEnvironment(t, pg.Empty(t)).with("TOPOLOGY", "file:"+path)
	for _, command := range []string{"serve", "migrate"} {
		code, _, stderr := run(t, env, command)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "writer.port: got 0, want 1 to 65535")
	}
}

// freeAddress is one that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}

func host(s *pgtest.Server) topology.Host { return topology.Host{Host: s.Host(), Port: pgtest.Port} }

func publish(t *testing.T, path string, document topology.Document) {
	t.Helper()
	text, err := json.Marshal(document)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".new", text, 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}
