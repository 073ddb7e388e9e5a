package serve_test

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func TestMigrateThenServe(t *testing.T) {
	t.Parallel()
	env := newEnvironment(t, pg.Empty(t)).with("LADDER_PHASE", "1", "LADDER_STACK", "test")
	code, stdout, stderr := run(t, env, "migrate")
	require.Zero(t, code, stderr)
	files, version := migrations(t)
	require.Equal(t, "applied "+strings.Join(files, "\napplied ")+"\nschema version 0 -> "+version+"\n", stdout)

	first := start(t, env)
	require.Equal(t, http.StatusOK, first.status("/readyz"))
	in, session := first.user(t)
	var item app.Item
	first.must(t, http.StatusCreated, "POST", "/items", session.Token, app.NewItem{Title: "kept"}, &item)
	require.NotContains(t, first.logged(), session.Token)
	require.NotContains(t, first.logged(), in.Password)
	first.stop()
	require.Zero(t, first.exit(t))

	second := start(t, env)
	var page app.ItemPage
	second.must(t, http.StatusOK, "GET", "/items", session.Token, nil, &page)
	require.Equal(t, []app.Item{item}, page.Items, "the session and the item outlive the process")
	second.must(t, http.StatusCreated, "POST", "/sessions", "", app.SignIn{Email: in.Email, Password: in.Password}, nil)
	second.must(t, http.StatusUnauthorized, "POST", "/sessions", "", app.SignIn{Email: in.Email, Password: "wrong"}, nil)

	stranger := start(t, env.with("TOKEN_KEY_FILE", newKeyFile(t)))
	stranger.must(t, http.StatusUnauthorized, "GET", "/items", session.Token, nil, nil)
}

// A load balancer has the certificate: who came by HTTPS is to come by nothing else.
func TestPublicHTTPS(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"": "", "true": "max-age=31536000"} {
		p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s", "PUBLIC_HTTPS": value})
		answer, err := p.client.Get(p.url + "/")
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, want, answer.Header.Get("Strict-Transport-Security"))
	}
}

// migrations are the files of the schema, and its version.
func migrations(t *testing.T) (files []string, version string) {
	t.Helper()
	paths, err := filepath.Glob("../store/postgres/migrations/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		files = append(files, filepath.Base(path))
	}
	needs, err := postgres.SchemaVersion()
	require.NoError(t, err)
	return files, strconv.FormatInt(needs, 10)
}

func TestTwoMigrateAtOnce(t *testing.T) {
	t.Parallel()
	env := newEnvironment(t, pg.Empty(t))
	var both sync.WaitGroup
	codes, outs := make([]int, 2), make([]string, 2)
	for i := range 2 {
		both.Go(func() { codes[i], outs[i], _ = run(t, env, "migrate") })
	}
	both.Wait()
	require.Equal(t, []int{0, 0}, codes)
	require.Equal(t, 1, strings.Count(outs[0]+outs[1], "applied 00001_users.sql"))
	_, version := migrations(t)
	require.ElementsMatch(t, []string{"schema version 0 -> " + version, "schema version " + version + " -> " + version},
		[]string{lines(outs[0])[len(lines(outs[0]))-1], lines(outs[1])[len(lines(outs[1]))-1]})
}

func TestNotReadyUntilMigrated(t *testing.T) {
	t.Parallel()
	env := newEnvironment(t, pg.Empty(t))
	p := start(t, env)
	require.Equal(t, http.StatusServiceUnavailable, p.status("/readyz"))
	require.Equal(t, http.StatusOK, p.status("/healthz"))
	migrate(t, env)
	p.becomes(t, "/readyz", http.StatusOK)
}

func TestDatabaseStopsAndComesBack(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	env := newEnvironment(t, server.Database(t, "app"))
	migrate(t, env)
	p := start(t, env)
	_, session := p.user(t)
	require.Equal(t, http.StatusOK, p.status("/readyz"))

	server.Stop(t)
	begin := time.Now()
	p.becomes(t, "/readyz", http.StatusServiceUnavailable)
	require.Equal(t, http.StatusOK, p.status("/healthz"))
	p.must(t, http.StatusServiceUnavailable, "GET", "/items", session.Token, nil, nil)
	p.must(t, http.StatusServiceUnavailable, "POST", "/items", session.Token, app.NewItem{Title: "lost"}, nil)
	require.Less(t, time.Since(begin), 15*time.Second, "an outage is told, not waited for")

	server.Restart(t)
	p.becomes(t, "/readyz", http.StatusOK) // no restart of the process is needed
	p.must(t, http.StatusCreated, "POST", "/items", session.Token, app.NewItem{Title: "kept"}, nil)
}

func TestStartsWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	env := newEnvironment(t, server.Database(t, "app"))
	server.Stop(t)
	p := start(t, env)
	require.Equal(t, http.StatusServiceUnavailable, p.status("/readyz"))
	server.Restart(t)
	migrate(t, env)
	p.becomes(t, "/readyz", http.StatusOK)
}

func TestMemoryNeedsNothing(t *testing.T) {
	t.Parallel()
	p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s"})
	_, session := p.user(t)
	p.must(t, http.StatusOK, "GET", "/users/me", session.Token, nil, nil)
	require.Equal(t, http.StatusOK, p.status("/readyz"))
	require.Equal(t, http.StatusOK, p.status("/"))
}

func TestMetricsAreSent(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	agent, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = agent.Close() }()
	p := start(t, environment{
		"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s",
		"EMF_ADDR": agent.LocalAddr().String(), "LADDER_STACK": "phase1",
	})
	require.Equal(t, http.StatusOK, p.status("/"))
	require.Equal(t, http.StatusOK, p.status("/healthz"))
	p.stop()
	require.Zero(t, p.exit(t))

	buffer := make([]byte, 64<<10)
	require.NoError(t, agent.SetReadDeadline(time.Now().Add(patience)))
	n, _, err := agent.ReadFrom(buffer)
	require.NoError(t, err)
	var doc struct {
		Stack           string
		Requests, Ready int
		AWS             struct{ LogGroupName string } `json:"_aws"`
	}
	require.NoError(t, json.Unmarshal(buffer[:n], &doc))
	require.Equal(t, "phase1", doc.Stack)
	require.Equal(t, "/ladder/phase1/app", doc.AWS.LogGroupName)
	require.Equal(t, 1, doc.Requests, "the last interval is sent at the stop; probes do not count")
	require.Zero(t, doc.Ready, "a process that stops is not ready")
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	p := start(t, environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s"})
	code, _, stderr := run(t, environment{"LISTEN_ADDR": strings.TrimPrefix(p.url, "http://")})
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "address already in use")
	require.Contains(t, stderr, "is another process on that port?")
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"version", 0, "v0-test\n", ""},
		{"help", 0, "usage: app [serve [-role all] | migrate", ""},
		{"--help", 0, "usage: app [serve [-role all] | migrate", ""},
		{"version now", 2, "", `version: got arguments "now", want none`},
		{"serve -role god", 2, "", `ROLE: got "god", want one of`},
		{"serve -role migrate", 2, "", "memory:, which has no schema"},
		{"serve -unknown", 2, "", "-unknown"},
		{"serve now", 2, "", `serve: got arguments "now", want none`},
		{"migrate now", 2, "", `migrate: got arguments "now", want none`},
		{"migrate -wait soon", 2, "", "-wait"},
		{"migrate", 2, "", "memory:, which has no schema"},
		{"destroy", 2, "", `unknown command "destroy"`},
	} {
		code, stdout, stderr := run(t, environment{}, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, c.args)
		require.Contains(t, stdout, c.stdout, c.args)
		require.Contains(t, stderr, c.stderr, c.args)
		require.Equal(t, c.code == 0, stderr == "", c.args)
	}
}

func TestMigrateWithoutADatabase(t *testing.T) {
	t.Parallel()
	env := environment{"DATABASE_URL": "postgres:///ladder?host=" + t.TempDir()}
	code, stdout, stderr := run(t, env, "migrate", "-wait", "300ms")
	require.Equal(t, 1, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "did not answer within 300ms")
}
