// Package postgres keeps users and items in one PostgreSQL database, 13 or later, and the certificates of servers
// that share a name. Reads go to replicas, writes to the writer, and a user always reads his own writes.
//
// Stateful: the database is the only copy. Migrate brings its schema to the version this binary needs; Open never does.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/topology"
)

// Config says where the database is.
type Config struct {
	URL          string // postgres://user@host/db or postgres:///db?host=/run/postgresql; without a password
	PasswordFile string // file with the password, read for each connection, so that it may be rotated; default none

	// Where writer and readers are: user and settings are those of URL. Default: the server of URL is all.
	Topology *topology.Document
	Limits   Limits
	Without  Without         // for tests
	Tracer   pgx.QueryTracer // makes spans of queries; default none
}

// DB is one database: a writer, and replicas that answer reads. Users, Items and Certificates share it.
type DB struct {
	config Config
	router *router
	log    *slog.Logger
	needs  int64 // schema version

	lastPurge atomic.Int64 // Unix nanoseconds
}

// Open returns a DB. It does not wait for the database: Ready says when it answers.
func Open(ctx context.Context, config Config, log *slog.Logger) (*DB, error) {
	config.Limits = config.Limits.withDefaults()
	if err := config.Limits.validate(); err != nil {
		return nil, err
	}
	if err := CheckURL(config.URL); err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	needs, err := SchemaVersion()
	if err != nil {
		return nil, err
	}
	router, err := newRouter(ctx, config, log)
	if err != nil {
		return nil, err
	}
	return &DB{config: config, router: router, log: log, needs: needs}, nil
}

// Close waits for the connections in use and closes all.
func (db *DB) Close() { db.router.close() }

// Apply changes to another topology while requests run. Reads go on; writes wait while the writer changes, and while
// the document is frozen. It returns when no write is in flight on a writer that has left.
func (db *DB) Apply(ctx context.Context, document topology.Document) error {
	return db.router.apply(ctx, document)
}

// Ready returns nil when the database answers, and has the schema that this binary needs. A newer schema is good too:
// an older binary must run on it, so that a bad release can be taken back. Alone, the writer has to take writes; while
// it is away, replicas answer reads, and a process that serves those is ready.
func (db *DB) Ready(ctx context.Context) error {
	const query = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
	var version int64
	err := db.read(ctx, func(ctx context.Context, q querier) error { return q.QueryRow(ctx, query).Scan(&version) })
	switch {
	case isUndefinedTable(err):
		version = 0
	case err != nil:
		return err
	}
	if version < db.needs {
		return app.Errorf(app.CodeUnavailable, "the schema is at version %d, want %d; run: app migrate",
			version, db.needs)
	}
	return nil
}
