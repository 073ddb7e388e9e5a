package pgtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a primary with streaming replicas. They are real servers: a test may stop, kill, pause and promote them.
type Cluster struct {
	Primary  *Server
	Replicas []*Server

	prepared bool
	count    int
	spent    bool // roles have changed: nobody else can use it
}

// StartCluster returns a cluster of one test, which is removed after it.
func StartCluster(tb testing.TB, replicas int) *Cluster {
	tb.Helper()
	c, err := newCluster(replicas)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.remove)
	return c
}

// Cluster returns a primary with two replicas for the one test that has it, and a new database on it with the content
// that Prepare made. The next test waits, and finds all servers running and replaying. A test that has it must not have
// parallel subtests: they would wait for a place that a test which waits for the cluster holds.
func (s *Shared) Cluster(tb testing.TB) (*Cluster, DB) {
	tb.Helper()
	s.clusterTurn.Lock()
	tb.Cleanup(func() {
		if !s.cluster.repair() {
			s.cluster.remove()
			s.cluster = nil
		}
		s.clusterTurn.Unlock()
	})
	if s.cluster == nil {
		c, err := newCluster(2)
		if err != nil {
			s.cluster = &Cluster{spent: true}
			tb.Fatal(err)
		}
		s.cluster = c
	}
	c := s.cluster
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	if !c.prepared {
		db, err := c.Primary.create(ctx, template, "template1")
		if err == nil {
			err = s.Prepare(ctx, db.URL, db.Password)
		}
		if err != nil {
			tb.Fatalf("pgtest: prepare the template: %v", err)
		}
		c.prepared = true
	}
	c.count++
	db, err := c.Primary.create(ctx, fmt.Sprintf("test_%d", c.count), template)
	if err != nil {
		tb.Fatal(err)
	}
	for _, replica := range c.Replicas {
		replica.CatchUp(tb, c.Primary)
	}
	return c, db
}

func newCluster(replicas int) (*Cluster, error) {
	primary, err := newServer()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Primary: primary}
	for range replicas {
		replica, err := primary.newReplica()
		if err != nil {
			c.remove()
			return nil, err
		}
		c.Replicas = append(c.Replicas, replica)
	}
	return c, nil
}

func (c *Cluster) servers() []*Server {
	if c.Primary == nil {
		return nil
	}
	return append([]*Server{c.Primary}, c.Replicas...)
}

func (c *Cluster) remove() {
	for _, server := range c.servers() {
		server.remove()
	}
}

// repair makes the cluster as it was, and reports whether that was possible.
func (c *Cluster) repair() bool {
	if c.spent {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for i, server := range c.servers() {
		if server.changed {
			return false
		}
		if server.done == nil {
			if server.run() != nil || server.exec(ctx, "SELECT") != nil { // the latter waits until it answers
				return false
			}
		}
		if i > 0 && server.exec(ctx, "SELECT pg_wal_replay_resume()") != nil {
			return false
		}
	}
	return true
}

// newReplica copies the server and starts the copy as a streaming replica.
func (s *Server) newReplica() (*Server, error) {
	replica, err := newDirectory()
	if err != nil {
		return nil, err
	}
	backup := s.command(context.Background(), "pg_basebackup", "--pgdata", replica.data(), "--host", s.dir,
		"--username=postgres", "--checkpoint=fast", "--no-sync", "--wal-method=stream")
	backup.Dir = replica.dir
	out, err := backup.CombinedOutput()
	if err != nil {
		replica.remove()
		return nil, fmt.Errorf("pgtest: pg_basebackup: %w\n%s", err, out)
	}
	if err := replica.follow(s); err != nil {
		replica.remove()
		return nil, err
	}
	return replica, nil
}

// follow starts the stopped server as a replica of another.
func (s *Server) follow(primary *Server) error {
	// Fast retries, and no cancelled queries unless a test asks for them.
	settings := fmt.Sprintf("primary_conninfo = 'host=%s user=postgres application_name=%s'\n"+
		"recovery_target_timeline = 'latest'\nwal_retrieve_retry_interval = '100ms'\n"+
		"max_standby_streaming_delay = '-1'\n", primary.dir, filepath.Base(s.dir))
	if err := writeFile(filepath.Join(s.data(), "postgresql.auto.conf"), settings); err != nil {
		return err
	}
	if err := s.writeOwn("standby.signal", ""); err != nil {
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
	return conn.Close(ctx)
}

// PauseReplay makes a replica keep what it shows while its primary goes on. It returns when it has stopped.
func (s *Server) PauseReplay(tb testing.TB) {
	tb.Helper()
	s.Exec(tb, "SELECT pg_wal_replay_pause()")
	s.await(tb, "pause", "SELECT pg_get_wal_replay_pause_state() = 'paused'")
}

// ResumeReplay ends PauseReplay.
func (s *Server) ResumeReplay(tb testing.TB) {
	tb.Helper()
	s.Exec(tb, "SELECT pg_wal_replay_resume()")
}

// CatchUp waits until a replica shows all that its primary has committed.
func (s *Server) CatchUp(tb testing.TB, primary *Server) {
	tb.Helper()
	position := primary.Value(tb, "SELECT pg_current_wal_lsn()::text")
	s.await(tb, "catch up", fmt.Sprintf("SELECT coalesce(pg_last_wal_replay_lsn() >= '%s', false)", position))
}

// Promote makes a replica a primary, and returns when it takes writes.
func (s *Server) Promote(tb testing.TB) {
	tb.Helper()
	s.changed = true
	s.Exec(tb, "SELECT pg_promote()")
	s.await(tb, "promote", "SELECT NOT pg_is_in_recovery()")
}

// Shutdown ends a server as an operator does: its replicas have everything then.
func (s *Server) Shutdown(tb testing.TB) {
	tb.Helper()
	if err := s.end(syscall.SIGINT); err != nil {
		tb.Fatal(err)
	}
}

// Follow starts a server that was shut down, under its old address, as a replica of another.
func (s *Server) Follow(tb testing.TB, primary *Server) {
	tb.Helper()
	s.changed = true
	if err := s.follow(primary); err != nil {
		tb.Fatal(err)
	}
}

// Kill ends all processes of the server at once, as the kernel does when memory is out.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	if err := s.kill(); err != nil {
		tb.Fatal(err)
	}
}

// Exec runs statements as the superuser.
func (s *Server) Exec(tb testing.TB, sql string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	if err := s.exec(ctx, sql); err != nil {
		tb.Fatal(err)
	}
}

// Value returns the one value of a query by the superuser.
func (s *Server) Value(tb testing.TB, sql string) (value string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		tb.Fatalf("pgtest: connect: %v\n%s", err, s.logTail())
	}
	defer func() { _ = conn.Close(ctx) }() // the query has answered
	if err := conn.QueryRow(ctx, sql).Scan(&value); err != nil {
		tb.Fatalf("pgtest: %s: %v", sql, err)
	}
	return value
}

// DB returns a database of the server that exists: of a replica, the copy.
func (s *Server) DB(name string) DB { return DB{URL: s.url(role, name), Password: password} }

// Host returns the directory of the socket: the host of a topology. The port is always Port.
func (s *Server) Host() string { return s.dir }

// Port is where all servers listen, each in a directory of its own.
const Port = 5432

func (s *Server) exec(ctx context.Context, sql string) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // the statement has answered
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("pgtest: %s: %w", strings.TrimSpace(sql), err)
	}
	return nil
}

// await asks a yes-or-no question until the answer is yes.
func (s *Server) await(tb testing.TB, what, question string) {
	tb.Helper()
	for start := time.Now(); time.Since(start) < deadline; time.Sleep(5 * time.Millisecond) {
		if s.Value(tb, strings.Replace(question, "SELECT ", "SELECT (", 1)+")::text") == "true" {
			return
		}
	}
	tb.Fatalf("pgtest: %s: not within %s\n%s", what, deadline, s.logTail())
}
