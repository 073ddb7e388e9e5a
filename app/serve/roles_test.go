package serve_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/cache/redistest"
)

// deployment is processes that together are the app, seen from its door.
type deployment struct {
	door      *process
	processes []*process
}

// startAll starts one process that is everything.
func startAll(t *testing.T, env environment) deployment {
	t.Helper()
	p := start(t, env.with("ROLE", "all", "NODE_NAME", "one"))
	return deployment{p, []*process{p}}
}

// startSplit starts a process of each role. Only the user role has the key that signs.
func startSplit(t *testing.T, users, data environment) deployment {
	t.Helper()
	user := start(t, users.with("ROLE", "user", "NODE_NAME", "user-1"))
	items := start(t, data.with("ROLE", "data", "USER_URL", user.url, "TOKEN_KEY_FILE", "", "NODE_NAME", "data-1"))
	door := start(t, environment{
		"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s", "ROLE": "web", "NODE_NAME": "web-1",
		"USER_URL": user.url, "DATA_URL": items.url,
	})
	return deployment{door, []*process{door, user, items}}
}

// One script, several deployments: users see no difference between one process and three, nor between stores.
func TestRolesAnswerAlike(t *testing.T) {
	t.Parallel()
	memory := environment{"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s"}
	database := newEnvironment(t, pg.Empty(t))
	bus := broker(t)
	users := newEnvironment(t, pg.Empty(t)).with("EVENTS_URL", bus)
	data := newEnvironment(t, pg.Empty(t)).with("EVENTS_URL", bus)
	for _, env := range []environment{database, users} {
		migrate(t, env)
	}
	code, stdout, stderr := run(t, data.with("ROLE", "migrate"), "serve")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "schema version 0 -> ")

	want := script(t, startAll(t, memory))
	require.Greater(t, len(want), 30)
	for name, d := range map[string]deployment{
		"split in memory": startSplit(t, memory, memory), "one database": startAll(t, database),
		"split databases": startSplit(t, users, data),
		"cached":          startAll(t, database.with("CACHE_URL", "memory:")),
		"shared cache":    startAll(t, database.with("CACHE_URL", redistest.Start(t).URL())),
	} {
		for _, p := range d.processes {
			require.Equal(t, http.StatusOK, p.status("/readyz"), name)
		}
		require.Equal(t, want, script(t, d), name)
	}
	for name, env := range map[string]environment{"one database": database, "split databases": users} {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			code, stdout, stderr := run(t, env, "events", "backlog")
			assert.Zero(c, code, stderr)
			assert.Regexp(c, `^0 `, stdout, "%s: what happened to users was published", name)
		}, time.Minute, 200*time.Millisecond)
	}
}

// broker starts a NATS server and returns its URL.
func broker(t *testing.T) string {
	t.Helper()
	options := &server.Options{Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true}
	nats, err := server.NewServer(options)
	require.NoError(t, err)
	go nats.Start()
	t.Cleanup(func() {
		nats.Shutdown()
		nats.WaitForShutdown()
	})
	require.True(t, nats.ReadyForConnections(time.Minute))
	return nats.ClientURL()
}

// narrator keeps what was asked and answered, with everything that differs by chance replaced by its first place.
type narrator struct {
	t     *testing.T
	door  *process
	names map[string]string
	story []string
}

var byChance = regexp.MustCompile(
	`[0-9a-f]{8}-[0-9a-f-]{27}(@example\.com)?|\d{4}-\d\d-\d\dT[0-9:.]+Z|eyJ[\w.-]+|"next":"[\w-]+"`)

func (n *narrator) replace(text string) string {
	return byChance.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasSuffix(found, "Z") {
			return "TIME" // created and updated are the same moment or not
		}
		if _, known := n.names[found]; !known {
			n.names[found] = fmt.Sprintf("<%d>", len(n.names))
		}
		return n.names[found]
	})
}

// ask sends a request, tells of it, and returns its answer's body and headers.
func (n *narrator) ask(method, path, token, body string, headers ...string) (string, http.Header) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.door.url+path, bytes.NewBufferString(body))
	require.NoError(n.t, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := n.door.client.Do(r)
	require.NoError(n.t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(n.t, err)
	require.NoError(n.t, answer.Body.Close())
	told := []string{method, path, body, answer.Status}
	for _, name := range []string{"Location", "ETag", "Content-Type", "WWW-Authenticate", api.Replayed} {
		told = append(told, answer.Header.Get(name))
	}
	n.story = append(n.story, n.replace(strings.Join(append(told, string(content)), " | ")))
	return string(content), answer.Header
}

func script(t *testing.T, d deployment) []string {
	t.Helper()
	n := &narrator{t: t, door: d.door, names: map[string]string{}}
	ann, bob := n.signUpAndIn(), n.signUpAndIn()
	n.profile(ann)
	n.items(ann, bob)
	n.refusals(ann)
	return n.story
}

func (n *narrator) signUpAndIn() (token string) {
	in := apptest.NewSignUp()
	body, err := json.Marshal(in)
	require.NoError(n.t, err)
	n.ask("POST", "/api/v1/users", "", string(body), api.IdempotencyKey, in.Email)
	n.ask("POST", "/api/v1/users", "", string(body), api.IdempotencyKey, in.Email)
	n.ask("POST", "/api/v1/users", "", string(body))
	n.ask("POST", "/api/v1/sessions", "", `{"email":"`+in.Email+`","password":"wrong"}`)
	var session app.Session
	content, _ := n.ask("POST", "/api/v1/sessions", "", `{"email":"`+in.Email+`","password":"`+in.Password+`"}`)
	require.NoError(n.t, json.Unmarshal([]byte(content), &session))
	return session.Token
}

func (n *narrator) profile(token string) {
	_, headers := n.ask("GET", "/api/v1/users/me", token, "")
	n.ask("PUT", "/api/v1/users/me", token, `{"name":"Bea"}`, "If-Match", headers.Get("ETag"))
	n.ask("PUT", "/api/v1/users/me", token, `{"name":"Cleo","version":1}`)
	n.ask("GET", "/api/v1/users/me", token, "")
}

func (n *narrator) items(ann, bob string) {
	_, headers := n.ask("POST", "/api/v1/items", ann, `{"title":"first","body":"'; DROP TABLE items; --"}`, api.IdempotencyKey, "1")
	n.ask("POST", "/api/v1/items", ann, `{"title":"first","body":"'; DROP TABLE items; --"}`, api.IdempotencyKey, "1")
	n.ask("POST", "/api/v1/items", ann, `{"title":"other"}`, api.IdempotencyKey, "1")
	path := headers.Get("Location")
	for i := range 3 {
		n.ask("POST", "/api/v1/items", ann, fmt.Sprintf(`{"title":"item %d"}`, i))
	}
	for query := "?limit=2"; query != ""; {
		var page app.ItemPage
		content, _ := n.ask("GET", "/api/v1/items"+query, ann, "")
		require.NoError(n.t, json.Unmarshal([]byte(content), &page))
		if query = ""; page.Next != "" {
			query = "?limit=2&cursor=" + page.Next
		}
	}
	n.story = n.story[:len(n.story)-1] // its path holds a cursor
	for _, token := range []string{ann, bob, ""} {
		n.ask("GET", path, token, "")
		n.ask("PUT", path, token, `{"title":"second","version":1}`)
		n.ask("PUT", path, token, `{"title":"third","version":1}`)
	}
	n.ask("DELETE", path, bob, "")
	n.ask("DELETE", path, ann, "", api.IdempotencyKey, "2")
	n.ask("DELETE", path, ann, "", api.IdempotencyKey, "2")
	n.ask("DELETE", path, ann, "")
	n.ask("GET", "/api/v1/items", bob, "")
}

func (n *narrator) refusals(token string) {
	for _, body := range []string{"", "{", "null", `{"title":1}`, `{"name":"x"}`, `{"title":""}`} {
		n.ask("POST", "/api/v1/items", token, body)
	}
	n.ask("POST", "/api/v1/users", "", `{"email":"x","name":"","password":"short"}`)
	n.ask("POST", "/api/v1/items", token, `{"title":"x"}`, api.IdempotencyKey, strings.Repeat("k", 200))
	n.ask("GET", "/api/v1/items?limit=0", token, "")
	n.ask("GET", "/api/v1/items?cursor=x", token, "")
	n.ask("GET", "/api/v1/items/..%2F..", token, "")
	n.ask("GET", "/api/v1/items", token+"x", "")
	n.ask("PATCH", "/api/v1/items", token, "")
	n.ask("GET", "/nothing", "", "")
	n.ask("GET", "/healthz", "", "")
	n.ask("GET", "/readyz", "", "")
}
