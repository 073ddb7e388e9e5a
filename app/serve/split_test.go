package serve_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
)

var quick = environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s"}

func TestSplitTellsItsWay(t *testing.T) {
	t.Parallel()
	d := startSplit(t, quick.with("LADDER_PHASE", "4"), quick)
	n := &narrator{t: t, door: d.door, names: map[string]string{}}
	token := n.signUpAndIn()
	_, h := n.ask("GET", "/api/v1/items", token, "", api.RequestID, "followed")
	told := apptest.Origin(t, h)
	require.Equal(t, []string{"web", "data"}, told[api.Role])
	require.Equal(t, []string{"web-1", "data-1"}, told[api.Node])
	require.Equal(t, []string{"v0-test"}, told[api.Version])
	_, h = n.ask("GET", "/api/v1/users/me", token, "")
	require.Equal(t, []string{"web", "user"}, apptest.Origin(t, h)[api.Role])
	for _, p := range []*process{d.processes[0], d.processes[2]} {
		require.Eventually(t, func() bool { return contains(p, `"request_id":"followed"`) }, patience, 10*time.Millisecond)
	}
	require.Equal(t, http.StatusNotFound, d.processes[2].status("/.well-known/jwks.json"))
	require.Equal(t, http.StatusOK, d.processes[1].status("/.well-known/jwks.json"))
	require.Equal(t, http.StatusNotFound, d.processes[1].status("/api/v1/items"))
}

// The data service verifies by itself: with the user service gone its users go on working.
func TestDataOutlivesUsers(t *testing.T) {
	t.Parallel()
	d := startSplit(t, quick, quick)
	_, session := d.door.user(t)
	d.door.must(t, http.StatusCreated, "POST", "/items", session.Token, app.NewItem{Title: "before"}, nil)
	d.processes[1].stop()
	require.Zero(t, d.processes[1].exit(t))
	d.door.must(t, http.StatusCreated, "POST", "/items", session.Token, app.NewItem{Title: "after"}, nil)
	var page app.ItemPage
	d.door.must(t, http.StatusOK, "GET", "/items", session.Token, nil, &page)
	require.Len(t, page.Items, 2)
	d.door.must(t, http.StatusServiceUnavailable, "GET", "/users/me", session.Token, nil, nil)
	require.Equal(t, http.StatusOK, d.door.status("/readyz"), "half of the app is better than none")
}

func TestDataWaitsForTheFirstKeys(t *testing.T) {
	t.Parallel()
	p := start(t, quick.with("ROLE", "data", "USER_URL", "http://127.0.0.1:1"))
	require.Equal(t, http.StatusServiceUnavailable, p.status("/readyz"))
	require.Equal(t, http.StatusOK, p.status("/healthz"))
}

// The operator changes the key: the next key is published first, then it signs. Nobody is signed out, and no process
// is restarted.
func TestRotation(t *testing.T) {
	t.Parallel()
	current, other := newKeyFile(t), newKeyFile(t)
	d := startSplit(t, quick.with("TOKEN_KEY_FILE", current, "TOKEN_PREVIOUS_KEY_FILES", other), quick)
	in, session := d.door.user(t)
	d.door.must(t, http.StatusOK, "GET", "/items", session.Token, nil, nil)

	first, err := os.ReadFile(current)
	require.NoError(t, err)
	second, err := os.ReadFile(other)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(other, first, 0o600))
	require.NoError(t, os.WriteFile(current, second, 0o600))

	var next app.Session
	require.Eventually(t, func() bool {
		d.door.must(t, http.StatusCreated, "POST", "/sessions", "",
			app.SignIn{Email: in.Email, Password: in.Password}, &next)
		d.door.must(t, http.StatusOK, "GET", "/items", next.Token, nil, nil)
		return header(next.Token) != header(session.Token)
	}, patience, 250*time.Millisecond)
	d.door.must(t, http.StatusOK, "GET", "/items", session.Token, nil, nil)
}

// header is the first part of a token: it names the key.
func header(token string) string {
	first, _, _ := strings.Cut(token, ".")
	return first
}

func contains(p *process, text string) bool { return strings.Contains(p.logged(), text) }
