// Package pgtest starts real PostgreSQL servers for tests, from the binaries of the system.
//
// A test binary shares one server: declare a Shared, hand Main to goleak.VerifyTestMain, and take a database
// for each test. A test that stops the server starts its own. Servers listen on a Unix socket only, so that no
// two of them fight for a port, and end with the test binary, also when it is killed.
//
//	var pg = pgtest.Shared{Prepare: migrate}
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }
package pgtest

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	role     = "ladder" // owns the databases; no superuser, as in production
	password = "pgtest-password"
	template = "template_prepared"
	deadline = time.Minute // for each step on the server; generous, because test machines are shared
)

// DB is a database of one test.
type DB struct {
	URL      string // without the password
	Password string
}

// PasswordFile writes the password into a file of the test and returns its path.
func (db DB) PasswordFile(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "password")
	if err := writeFile(path, db.Password+"\n"); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Shared is one server for all tests of a binary, started by the first test that needs it.
type Shared struct {
	// Prepare fills the database that New copies, for example by running the migrations. It is called once.
	Prepare func(ctx context.Context, url, password string) error

	mu       sync.Mutex
	server   *Server
	prepared bool
	count    int

	clusterTurn sync.Mutex // held by the test that has the cluster
	cluster     *Cluster
}

// Main wraps the tests of a binary: the server stops after the last one.
func (s *Shared) Main(m interface{ Run() int }) interface{ Run() int } {
	return runFunc(func() int {
		code := m.Run()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.server != nil {
			s.server.remove()
		}
		if s.cluster != nil {
			s.cluster.remove()
		}
		return code
	})
}

// New returns a new database with the content that Prepare made.
func (s *Shared) New(tb testing.TB) DB {
	tb.Helper()
	return s.create(tb, template)
}

// Empty returns a new database without any content.
func (s *Shared) Empty(tb testing.TB) DB {
	tb.Helper()
	return s.create(tb, "template1")
}

func (s *Shared) create(tb testing.TB, from string) DB {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	if s.server == nil {
		server, err := newServer()
		if err != nil {
			tb.Fatal(err)
		}
		s.server = server
	}
	if from == template && !s.prepared {
		if err := s.prepare(ctx); err != nil {
			tb.Fatalf("pgtest: prepare the template: %v", err)
		}
		s.prepared = true
	}
	s.count++
	db, err := s.server.create(ctx, fmt.Sprintf("test_%d", s.count), from)
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func (s *Shared) prepare(ctx context.Context) error {
	db, err := s.server.create(ctx, template, "template1")
	if err != nil {
		return err
	}
	return s.Prepare(ctx, db.URL, db.Password)
}

// Start returns a server of one test, which may stop and start it. It is removed after the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	server, err := newServer()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.remove)
	return server
}

// Database makes an empty database.
func (s *Server) Database(tb testing.TB, name string) DB {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), deadline)
	defer cancel()
	db, err := s.create(ctx, name, "template1")
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func (s *Server) create(ctx context.Context, name, from string) (DB, error) {
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		return DB{}, fmt.Errorf("pgtest: connect: %w\n%s", err, s.logTail())
	}
	defer func() { _ = conn.Close(ctx) }() // nothing to lose: the statement below has answered
	query := fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE %s", pgx.Identifier{name}.Sanitize(), role, from)
	if _, err := conn.Exec(ctx, query); err != nil {
		return DB{}, fmt.Errorf("pgtest: %s: %w", query, err)
	}
	return DB{URL: s.url(role, name), Password: password}, nil
}

func (s *Server) url(user, name string) string {
	address := fmt.Sprintf("postgres:///%s?host=%s&user=%s", name, s.dir, user)
	if s.port != "" { // it is in the socket's name, too
		address += "&port=" + s.port
	}
	return address
}

type runFunc func() int

func (f runFunc) Run() int { return f() }
