// Package redistest starts real Redis or Valkey servers for tests, from the binary of the system.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/ladder-iac/ladder/app/apptest/loopback"
)

const deadline = 30 * time.Second // for a start; generous, because test machines are shared

// Server is a server of one test, killed after it.
type Server struct {
	port    int
	args    []string
	command *exec.Cmd
	output  bytes.Buffer
}

// Start returns a running server with additional arguments. Without a binary the test is skipped.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	s := &Server{port: loopback.FreePort(tb), args: args}
	tb.Cleanup(func() { s.Kill() })
	s.Start(tb)
	return s
}

// Binary returns the server of the system, or skips the test.
func Binary(tb testing.TB) string {
	tb.Helper()
	for _, name := range []string{"valkey-server", "redis-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Skip("no valkey-server and no redis-server found; install one: " +
		"apt-get install -y --no-install-recommends redis-server")
	return ""
}

// URL returns the address.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Addr returns host:port.
func (s *Server) Addr() string { return net.JoinHostPort(loopback.Host, strconv.Itoa(s.port)) }

// Start starts a server that was killed, empty, at the same address.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	binary := Binary(tb)
	for until := time.Now().Add(deadline); ; {
		s.output.Reset()
		args := append([]string{
			"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
			"--dir", tb.TempDir(),
		}, s.args...)
		s.command = exec.CommandContext(context.Background(), binary, args...) //nolint:gosec // G204: of the system
		s.command.Stdout, s.command.Stderr = &s.output, &s.output
		s.command.SysProcAttr = attributes()
		if err := s.command.Start(); err != nil {
			tb.Fatalf("redistest: %v", err)
		}
		if s.answers(tb.Context()) {
			return
		}
		s.Kill()
		if time.Now().After(until) {
			tb.Fatalf("redistest: no answer from %s: %s", binary, s.output.String())
		}
	}
}

func (s *Server) answers(ctx context.Context) bool {
	for until := time.Now().Add(deadline); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if s.command.Process.Signal(syscall.Signal(0)) != nil {
			return false
		}
		if reply, err := s.ask(ctx, "PING"); err == nil && len(reply) > 0 && (reply[0] == '+' || reply[0] == '-') {
			return true
		}
	}
	return false
}

// Do sends a command on a connection of its own, and returns the raw reply.
func (s *Server) Do(tb testing.TB, command string) string {
	tb.Helper()
	reply, err := s.ask(tb.Context(), command)
	if err != nil {
		tb.Fatalf("redistest: %s: %v", command, err)
	}
	return reply
}

func (s *Server) ask(ctx context.Context, command string) (string, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(deadline))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	reply := make([]byte, 64<<10)
	n, err := conn.Read(reply)
	return string(reply[:n]), err
}

// Kill ends the server as a crash would.
func (s *Server) Kill() {
	if s.command == nil || s.command.Process == nil {
		return
	}
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}

// Pause stops the server without closing anything, until Resume.
func (s *Server) Pause() { _ = s.command.Process.Signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *Server) Resume() { _ = s.command.Process.Signal(syscall.SIGCONT) }
