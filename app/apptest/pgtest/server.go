package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// hba lets the superuser in for set-up and asks everybody else for the password, as a real server does.
const hba = "local all postgres trust\nlocal replication postgres trust\nlocal all all scram-sha-256\n"

// settings trade safety for speed: a crash of the server loses nothing, a crash of the machine all.
var settings = []string{
	"fsync=off", "full_page_writes=off",
	"shared_buffers=32MB", "max_connections=100", "timezone=America/New_York", // not UTC, to catch lost zones
}

// Server is one PostgreSQL server in a directory of its own.
type Server struct {
	bin  string // directory of initdb and postgres
	dir  string // socket and data
	as   *syscall.Credential
	done chan error // the end of the process; nil while stopped
	proc *os.Process

	changed bool // its role is not the one that it was made for

	port    string   // on the loopback address; empty while there is only the socket
	network []string // settings beside those of all servers: the last of a name counts
}

func newServer() (*Server, error) {
	s, err := newDirectory()
	if err != nil {
		return nil, err
	}
	if err := s.initialize(); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// newDirectory returns a server without data.
func newDirectory() (*Server, error) {
	bin, err := binaries("/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s := &Server{bin: bin, dir: dir, as: as}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			s.remove()
			return nil, fmt.Errorf("pgtest: %w", err)
		}
	}
	return s, nil
}

func (s *Server) initialize() error {
	initdb := s.command(context.Background(), "initdb", "--pgdata", s.data(), "--username=postgres", "--auth=trust",
		"--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, out)
	}
	if err := writeFile(filepath.Join(s.data(), "pg_hba.conf"), hba); err != nil {
		return err
	}
	if err := s.run(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", role, password))
	return errors.Join(err, conn.Close(ctx))
}

// Stop ends the server as a crash would: at once, without a farewell to its clients.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	if err := s.stop(); err != nil {
		tb.Fatal(err)
	}
}

// Restart starts a stopped server and waits until it answers.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	if err := s.run(); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	conn, err := s.connect(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	if err := conn.Close(ctx); err != nil {
		tb.Fatal(err)
	}
}

// run starts the process. The kernel ends it when the thread that started it ends, so one goroutine holds that
// thread until the server is gone: a killed test binary leaves no server behind.
func (s *Server) run() error {
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	args := []string{"-D", s.data(), "-k", s.dir, "-c", "listen_addresses="}
	for _, setting := range slices.Concat(settings, s.network) {
		args = append(args, "-c", setting)
	}
	cmd := s.command(context.Background(), "postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	started, done := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			done <- cmd.Wait()
		}
	}()
	err = <-started
	if err = errors.Join(err, log.Close()); err != nil {
		return fmt.Errorf("pgtest: start postgres: %w", err)
	}
	s.proc, s.done = cmd.Process, done
	return nil
}

func (s *Server) stop() error { return s.end(syscall.SIGQUIT) }

func (s *Server) kill() error {
	if s.done == nil {
		return nil
	}
	for _, child := range children(s.proc.Pid) {
		defer func() { _ = syscall.Kill(child, syscall.SIGKILL) }() // after its parent, which would tell the others
	}
	return s.end(syscall.SIGKILL)
}

func (s *Server) end(with syscall.Signal) error {
	if s.done == nil {
		return nil
	}
	if err := s.proc.Signal(with); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("pgtest: stop postgres: %w", err)
	}
	<-s.done // its exit code says nothing
	s.done = nil
	return nil
}

func (s *Server) remove() {
	// A server or a directory that stays is litter, not a failed test.
	_ = s.stop()
	_ = os.RemoveAll(s.dir)
}

// connect waits until the server answers, or tells what its log says when it has ended.
func (s *Server) connect(ctx context.Context) (*pgx.Conn, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
		if err == nil {
			return conn, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("pgtest: postgres does not answer: %w\n%s", err, s.logTail())
		case end := <-s.done:
			s.done = nil
			return nil, fmt.Errorf("pgtest: postgres ended: %w\n%s", errors.Join(err, end), s.logTail())
		}
	}
}

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...) //nolint:gosec // G204: the server's programs
	cmd.Dir = s.dir
	cmd.SysProcAttr = processAttributes(s.as)
	return cmd
}

// PID is the number of the server's first process, whose children are all others.
func (s *Server) PID() int { return s.proc.Pid }

func (s *Server) data() string    { return filepath.Join(s.dir, "data") }
func (s *Server) logFile() string { return filepath.Join(s.dir, "log") }

func (s *Server) logTail() string {
	const tail = 2000
	content, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(content[max(0, len(content)-tail):]))
}

// writeOwn writes a file of the server's data, which the server may change and remove.
func (s *Server) writeOwn(name, content string) error {
	path := filepath.Join(s.data(), name)
	if err := writeFile(path, content); err != nil {
		return err
	}
	if s.as == nil {
		return nil
	}
	if err := os.Chown(path, int(s.as.Uid), int(s.as.Gid)); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// writeFile writes a file that only root and the server's user read: an existing file keeps its owner.
func writeFile(path, content string) error {
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}
