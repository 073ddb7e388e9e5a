package pgtest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
)

var pg = pgtest.Shared{Prepare: func(ctx context.Context, url, password string) error {
	conn, err := open(ctx, url, password)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "CREATE TABLE prepared (n int)")
	return err
}}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

func TestDatabasesOfTestsAreSeparate(t *testing.T) {
	t.Parallel()
	first, second := connect(t, pg.New(t)), connect(t, pg.New(t))
	_, err := first.Exec(t.Context(), "INSERT INTO prepared VALUES (1)")
	require.NoError(t, err)
	require.Equal(t, 1, count(t, first, "SELECT count(*) FROM prepared"))
	require.Equal(t, 0, count(t, second, "SELECT count(*) FROM prepared"))
}

func TestEmptyHasNothingPrepared(t *testing.T) {
	t.Parallel()
	conn := connect(t, pg.Empty(t))
	require.Zero(t, count(t, conn, "SELECT count(*) FROM pg_tables WHERE tablename = 'prepared'"))
}

func TestRoleIsNoSuperuserAndNeedsItsPassword(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	require.Zero(t, count(t, connect(t, db), "SELECT count(*) FROM pg_user WHERE usename = current_user AND usesuper"))
	_, err := open(t.Context(), db.URL, "wrong")
	require.ErrorContains(t, err, "password authentication failed")
}

func TestStopAndRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	db := server.Database(t, "app")
	_, err := connect(t, db).Exec(t.Context(), "CREATE TABLE kept (n int)")
	require.NoError(t, err)
	server.Stop(t)
	_, err = open(t.Context(), db.URL, db.Password)
	require.Error(t, err)
	server.Restart(t)
	require.Zero(t, count(t, connect(t, db), "SELECT count(*) FROM kept"))
}

func TestSecureTakesTLSOnly(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	_, err := connect(t, server.Database(t, "app")).Exec(t.Context(), "CREATE TABLE kept (n int)")
	require.NoError(t, err)
	db := server.Secure(t, "app")
	conn := connect(t, db)
	require.Zero(t, count(t, conn, "SELECT count(*) FROM kept"))
	require.Equal(t, 1, count(t, conn, "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"))
	_, err = open(t.Context(), strings.Replace(db.URL, "verify-full", "disable", 1), db.Password)
	require.ErrorContains(t, err, "no encryption")
	_, err = open(t.Context(), strings.Replace(db.URL, "127.0.0.1", "localhost", 1), db.Password)
	require.ErrorContains(t, err, "certificate")
	require.Zero(t, count(t, connect(t, server.DB("app")), "SELECT count(*) FROM kept")) // by the socket, still
}

func connect(t *testing.T, db pgtest.DB) *pgx.Conn {
	t.Helper()
	conn, err := open(t.Context(), db.URL, db.Password)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func open(ctx context.Context, url, password string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.Password = password
	return pgx.ConnectConfig(ctx, config)
}

func count(t *testing.T, conn *pgx.Conn, query string) int {
	t.Helper()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	return n
}
