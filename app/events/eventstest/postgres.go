package eventstest

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Migrate fills the template of a pgtest.Shared.
func Migrate(ctx context.Context, url, password string) error {
	file, err := os.CreateTemp("", "password-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if _, err := file.WriteString(password); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	_, err = postgres.Migrate(ctx, postgres.Config{URL: url, PasswordFile: file.Name()}, Patience)
	return err
}

// Open returns the store on a database, as the app opens it.
func Open(t *testing.T, db pgtest.DB) *postgres.DB {
	t.Helper()
	config := postgres.Config{URL: db.URL, PasswordFile: db.PasswordFile(t)}
	opened, err := postgres.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(opened.Close)
	return opened
}

// Pool returns bare connections to a database.
func Pool(t *testing.T, db pgtest.DB) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(db.URL)
	require.NoError(t, err)
	config.ConnConfig.Password = db.Password
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// Connect returns one bare connection.
func Connect(ctx context.Context, db pgtest.DB, tracer pgx.QueryTracer) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		return nil, err
	}
	config.Password, config.Tracer = db.Password, tracer
	return pgx.ConnectConfig(ctx, config)
}

// Write puts events into the outbox, as a change does.
func Write(ctx context.Context, q events.Querier, all ...events.Event) error {
	const query = `INSERT INTO outbox (id, aggregate, key, version, type, payload, trace, occurred_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	for _, e := range all {
		_, err := q.Exec(ctx, query, e.ID, e.Aggregate, e.Key, e.Version, e.Type, e.Payload, e.Trace, e.OccurredAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// Count returns the number that a query finds.
func Count(t *testing.T, q events.Querier, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, q.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

// Age is a time that is long enough ago to be told from now on a busy machine.
const Age = 3 * time.Second
