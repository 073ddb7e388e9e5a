package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/serve"
)

const patience = time.Minute // how long tests wait for what comes within a second on a quiet machine

var pg pgtest.Shared

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m), apptest.ServerGoroutines()...) }

// environment is what a process gets for os.Getenv.
type environment map[string]string

func (e environment) with(pairs ...string) environment {
	out := maps.Clone(e)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// newEnvironment returns the environment of a process on a database, with fast stops.
func newEnvironment(t *testing.T, db pgtest.DB) environment {
	t.Helper()
	return environment{
		"LISTEN_ADDR": "127.0.0.1:0", "DATABASE_URL": db.URL, "DATABASE_PASSWORD_FILE": db.PasswordFile(t),
		"TOKEN_KEY_FILE": newKeyFile(t), "SHUTDOWN_DELAY": "0s",
		// One user may ask as often as he likes: how often that is, is up to the machine.
		"RATE_LIMIT_USER": "0", "RATE_LIMIT_ADDRESS": "0",
	}
}

// newKeyFile makes a key as an operator does.
func newKeyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token.pem")
	openssl := exec.CommandContext(t.Context(), "openssl", "genpkey", "-algorithm", "ed25519", "-out", path)
	out, err := openssl.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// run runs a command of the app to its end.
func run(t *testing.T, env environment, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = serve.Main(t.Context(), "v0-test", args, func(name string) string { return env[name] }, &out, &errs)
	return code, out.String(), errs.String()
}

func migrate(t *testing.T, env environment) {
	t.Helper()
	code, _, stderr := run(t, env, "migrate")
	require.Zero(t, code, stderr)
}

// process is a running app.
type process struct {
	url    string
	stop   context.CancelFunc // as SIGTERM does
	code   <-chan int         // the exit code
	client *http.Client

	mu  sync.Mutex
	log bytes.Buffer
}

// start runs the app until the test ends or stops it, and returns when it listens. The address comes from the log.
func start(t *testing.T, env environment) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	reader, writer := io.Pipe()
	code, ended, read := make(chan int, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		exit := serve.Main(ctx, "v0-test", nil, func(name string) string { return env[name] }, io.Discard, writer)
		_ = writer.Close()
		<-read
		code <- exit
	}()
	p := &process{stop: cancel, code: code, client: &http.Client{Transport: &http.Transport{}, Timeout: patience}}
	t.Cleanup(func() {
		cancel()
		<-ended
		p.client.CloseIdleConnections()
		if t.Failed() {
			t.Log(p.logged())
		}
	})
	addr := make(chan string, 1)
	go func() {
		defer close(read)
		p.readLog(reader, addr)
	}()
	p.url = "http://" + <-addr
	require.NotEqual(t, "http://", p.url, p.logged())
	return p
}

// readLog keeps the log and sends the address of the plain server, or nothing when the process ends without one.
func (p *process) readLog(log io.Reader, addr chan<- string) {
	defer close(addr)
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		p.mu.Lock()
		fmt.Fprintln(&p.log, lines.Text())
		p.mu.Unlock()
		var line struct{ Msg, Scheme, Addr string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" && line.Scheme == "http" {
			addr <- line.Addr
		}
	}
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// status returns the status of GET path, 0 when nobody answers.
func (p *process) status(path string) int {
	answer, err := p.client.Get(p.url + path)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// becomes waits until GET path has a status.
func (p *process) becomes(t *testing.T, path string, status int) {
	t.Helper()
	require.Eventually(t, func() bool { return p.status(path) == status }, patience, 10*time.Millisecond)
}

// send sends a request with a JSON body and reads the answer into out, which may be nil.
func (p *process) send(ctx context.Context, method, path, token string, body, out any) (status int, err error) {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, p.url+"/api/v1"+path, content)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err == nil && out != nil {
		err = json.Unmarshal(raw, out)
	}
	return answer.StatusCode, err
}

// must sends a request that has to be answered with status.
func (p *process) must(t *testing.T, status int, method, path, token string, body, out any) {
	t.Helper()
	got, err := p.send(t.Context(), method, path, token, body, out)
	require.NoError(t, err)
	require.Equal(t, status, got, "%s %s", method, path)
}

// user signs somebody up and in.
func (p *process) user(t *testing.T) (in app.SignUp, session app.Session) {
	t.Helper()
	in = apptest.NewSignUp()
	p.must(t, http.StatusCreated, "POST", "/users", "", in, nil)
	p.must(t, http.StatusCreated, "POST", "/sessions", "", app.SignIn{Email: in.Email, Password: in.Password}, &session)
	return in, session
}

// exit waits for the end of the process.
func (p *process) exit(t *testing.T) int {
	t.Helper()
	select {
	case code := <-p.code:
		return code
	case <-time.After(patience):
		t.Fatal("the process does not end")
		return -1
	}
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }
