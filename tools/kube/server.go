package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/rest"
)

const (
	token = "local" // of a server that lives for a minute and listens on this machine alone
	// patience for a start; about 10 seconds are needed on a busy machine.
	patience = 3 * time.Minute
)

// server is an API server with its store, in a folder that goes with it.
type server struct {
	dir       string
	processes []*exec.Cmd
	config    *rest.Config
}

func start(ctx context.Context, binary string) (*server, error) {
	dir, err := os.MkdirTemp("", "ladder-kube-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir}
	if err := s.launch(ctx, binary); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) launch(ctx context.Context, binary string) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	store := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	if err := s.run(ctx, "etcd", "--data-dir", filepath.Join(s.dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", store, "--advertise-client-urls", store,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer); err != nil {
		return err
	}
	key, err := s.signingKey()
	if err != nil {
		return err
	}
	users := filepath.Join(s.dir, "users.csv")
	if err := os.WriteFile(users, []byte(token+",admin,1,system:masters\n"), 0o600); err != nil {
		return err
	}
	if err := s.run(ctx, binary, "--etcd-servers", store, "--bind-address", "127.0.0.1",
		"--secure-port", fmt.Sprint(ports[2]), "--cert-dir", filepath.Join(s.dir, "certificates"),
		"--token-auth-file", users, "--authorization-mode", "AlwaysAllow",
		"--service-account-issuer", "https://local", "--service-account-key-file", key,
		"--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.96.0.0/16",
		// No controller makes the default service accounts here.
		"--disable-admission-plugins", "ServiceAccount"); err != nil {
		return err
	}
	s.config = &rest.Config{
		Host: fmt.Sprintf("https://127.0.0.1:%d", ports[2]), BearerToken: token, QPS: 200, Burst: 400,
		TLSClientConfig: rest.TLSClientConfig{Insecure: true}, // its certificate is its own
		WarningHandler:  rest.NoWarnings{},
	}
	return s.wait(ctx)
}

// run starts a program whose output is kept in the server's folder.
func (s *server) run(ctx context.Context, program string, args ...string) error {
	log, err := os.Create(filepath.Join(s.dir, filepath.Base(program)+".log"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w; make test-kube installs it", program, err)
	}
	s.processes = append(s.processes, cmd)
	return nil
}

// wait until the server says that it is ready.
func (s *server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := rest.HTTPClientFor(s.config)
	if err != nil {
		return err
	}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.Host+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := client.Do(request)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(answer.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the API server is not ready: %w\n%s", err, s.tail())
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// tail is the end of what the programs said.
func (s *server) tail() string {
	var text strings.Builder
	logs, _ := filepath.Glob(filepath.Join(s.dir, "*.log"))
	for _, log := range logs {
		content, _ := os.ReadFile(log)
		fmt.Fprintf(&text, "%s:\n%s\n", filepath.Base(log), content[max(0, len(content)-2000):])
	}
	return text.String()
}

func (s *server) stop() {
	for i := len(s.processes) - 1; i >= 0; i-- {
		_ = s.processes[i].Process.Kill()
		_ = s.processes[i].Wait()
	}
	_ = os.RemoveAll(s.dir)
}

// signingKey makes the key of the service accounts' tokens, which the server does not start without.
func (s *server) signingKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	path := filepath.Join(s.dir, "service-accounts.pem")
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return path, os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}

func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close() // all at the end, so that no port comes twice
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
