// Package postgres keeps users and items in one PostgreSQL database, 13 or later, and the certificates of servers
// that share a name.
//
// Stateful: the database is the only copy. Migrate brings its schema to the version this binary needs; Open never does.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ladder-iac/ladder/app"
)

// Settings of the pool. The defaults of pgx leave a dead connection in use for up to an hour.
const (
	maxConns        = 10 // phase 1: 100 QPS need 2; pool_max_conns in the URL overrides
	minIdleConns    = 2  // no connect in the latency of the next request
	connectTimeout  = 3 * time.Second
	pingTimeout     = time.Second
	healthPeriod    = 10 * time.Second
	maxConnLifetime = 15 * time.Minute
	lifetimeJitter  = 3 * time.Minute
	maxConnIdleTime = 5 * time.Minute
	resetInterval   = time.Second // at most one reset of the pool in this time
)

// Config says where the database is.
type Config struct {
	URL          string // postgres://user@host/db or postgres:///db?host=/run/postgresql; without a password
	PasswordFile string // file with the password, read for each connection, so that it may be rotated; default none
}

// CheckURL reports what is wrong with a database URL. Its errors never hold a password.
func CheckURL(raw string) error {
	const wanted = "want a form such as postgres:///ladder?host=/run/postgresql"
	parsed, err := url.Parse(raw)
	if err != nil || (parsed.Scheme != "postgres" && parsed.Scheme != "postgresql") {
		return fmt.Errorf("got no postgres URL, %s", wanted)
	}
	if _, has := parsed.User.Password(); has || parsed.Query().Has("password") || parsed.Query().Has("sslpassword") {
		return fmt.Errorf("got a URL with a password, %s and the password in a file", wanted)
	}
	if _, err := pgxpool.ParseConfig(raw); err != nil {
		return fmt.Errorf("%w; %s", err, wanted)
	}
	return nil
}

// ReadPassword returns the content of a password file without the last line break.
func ReadPassword(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return "", fmt.Errorf("database password: %w", err)
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" {
		return "", fmt.Errorf("database password: %s is empty, want the password on one line", path)
	}
	return password, nil
}

// DB is one database behind a pool of connections. Users, Items and Certificates share it.
type DB struct {
	pool      *pgxpool.Pool
	log       *slog.Logger
	needs     int64        // schema version
	lastReset atomic.Int64 // Unix nanoseconds
}

// Open returns a DB. It does not wait for the database: Ready says when it answers.
func Open(ctx context.Context, config Config, log *slog.Logger) (*DB, error) {
	settings, err := poolConfig(config)
	if err != nil {
		return nil, err
	}
	needs, err := SchemaVersion()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	return &DB{pool: pool, log: log, needs: needs}, nil
}

// Close waits for the connections in use and closes all.
func (db *DB) Close() { db.pool.Close() }

// Ready returns nil when the database answers, takes writes and has the schema that this binary needs.
// A newer schema is good too: an older binary must run on it, so that a bad release can be taken back.
func (db *DB) Ready(ctx context.Context) error {
	const query = `SELECT pg_is_in_recovery(), coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
	var standby bool
	var version int64
	err := db.read(ctx, func() error { return db.pool.QueryRow(ctx, query).Scan(&standby, &version) })
	switch {
	case isUndefinedTable(err):
		version = 0
	case err != nil:
		return err
	}
	if standby {
		db.reset()
		return app.Errorf(app.CodeUnavailable, "the database takes no writes: it is a standby")
	}
	if version < db.needs {
		return app.Errorf(app.CodeUnavailable, "the schema is at version %d, want %d; run: app migrate",
			version, db.needs)
	}
	return nil
}

// reset drops all connections, so that none stays with a server that was stopped or demoted. [app.md A2].
func (db *DB) reset() {
	last, now := db.lastReset.Load(), time.Now().UnixNano()
	if now-last < int64(resetInterval) || !db.lastReset.CompareAndSwap(last, now) {
		return
	}
	db.log.Warn("database connections dropped after an error of the server")
	db.pool.Reset()
}

func poolConfig(config Config) (*pgxpool.Config, error) {
	if err := CheckURL(config.URL); err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	settings, err := pgxpool.ParseConfig(config.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if !strings.Contains(config.URL, "pool_max_conns=") {
		settings.MaxConns = maxConns
	}
	settings.MinIdleConns = min(minIdleConns, settings.MaxConns)
	settings.PingTimeout = pingTimeout
	settings.HealthCheckPeriod = healthPeriod
	settings.MaxConnLifetime = maxConnLifetime
	settings.MaxConnLifetimeJitter = lifetimeJitter
	settings.MaxConnIdleTime = maxConnIdleTime
	settings.ConnConfig.ConnectTimeout = connectTimeout
	settings.ConnConfig.RuntimeParams["application_name"] = "ladder"
	if config.PasswordFile != "" {
		settings.BeforeConnect = func(_ context.Context, conn *pgx.ConnConfig) error {
			password, err := ReadPassword(config.PasswordFile)
			conn.Password = password
			return err
		}
	}
	return settings, nil
}

// read runs fn, which changes nothing, and runs it once more when the server went away.
func (db *DB) read(ctx context.Context, fn func() error) error {
	return db.try(ctx, fn, func(f fault) bool { return f.stale || f.notRun })
}

// write runs fn and runs it once more only when the server has certainly not done it.
func (db *DB) write(ctx context.Context, fn func() error) error {
	return db.try(ctx, fn, func(f fault) bool { return f.notRun })
}

func (db *DB) try(ctx context.Context, fn func() error, again func(fault) bool) error {
	err := fn()
	if err == nil || errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	found := diagnose(err)
	if found.stale {
		db.reset()
	}
	if again(found) && ctx.Err() == nil {
		err = fn()
	}
	return coded(err)
}
