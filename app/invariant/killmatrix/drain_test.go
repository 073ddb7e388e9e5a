package killmatrix_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/serve"
)

const noDrain = "no delay between not ready and the stop"

// stoppedProcess stops a process whose load balancer notices late: until then it sends new requests.
func stoppedProcess(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	made := pg.New(t)
	key, err := auth.GenerateKey()
	require.NoError(t, err)
	signer, err := auth.NewSigner(key, time.Now)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	keyFile := filepath.Join(t.TempDir(), "token.pem")
	block := &pem.Block{Type: "PRIVATE KEY", Bytes: raw}
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(block), 0o600))
	delay := "8s" // for the requests below
	if mutant == noDrain {
		delay = "0s"
	}
	used := resources(t)
	p, stop, ended := startProcess(t, map[string]string{
		"LISTEN_ADDR": "127.0.0.1:0", "DATABASE_URL": made.URL, "DATABASE_PASSWORD_FILE": made.PasswordFile(t),
		"TOKEN_KEY_FILE": keyFile, "SHUTDOWN_DELAY": delay,
	})
	all := newClient(t)
	all.sign = signer.Sign
	ann := all.session(t, "ann", app.NewID())
	ann.create(p, "note")
	ann.rewrite(p, "note", 5)
	stop()
	eventually(t, "the process says that it stops", func() bool {
		status := ann.status(p, "/readyz")
		return status == 0 || mutant != noDrain && status == http.StatusServiceUnavailable
	})
	ann.rewrite(p, "note", 5)
	require.Zero(t, <-ended)
	return invariant.History{
		Operations: all.recorder.Operations(), Final: finalItems(t, made), Resources: used(),
	}, invariant.Bounds{}
}

// status returns the status of GET path, 0 when nobody answers.
func (s *session) status(p process, path string) int {
	answer, err := s.send(http.MethodGet, p.url+path, nil)
	if err != nil {
		return 0
	}
	return answer.status
}

// startProcess runs the app, and returns when it listens. Stop is what SIGTERM does.
func startProcess(t *testing.T, env map[string]string) (p process, stop context.CancelFunc, ended <-chan int) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(stop)
	log, writer := io.Pipe()
	code, address := make(chan int, 1), make(chan string, 1)
	go func() {
		code <- serve.Main(ctx, "test", nil, func(name string) string { return env[name] }, io.Discard, writer)
		_ = writer.Close()
	}()
	go func() {
		defer close(address)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var line struct{ Msg, Scheme, Addr string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" && line.Scheme == "http" {
				address <- line.Addr
			}
		}
	}()
	listening, ok := <-address
	require.True(t, ok, "the process ended with %d", code)
	return process{url: "http://" + listening}, stop, code
}
