package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/pressly/goose/v3/lock"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func TestMigrateTwoAtATime(t *testing.T) {
	t.Parallel()
	config := configOf(t, pg.Empty(t))
	needs, err := postgres.SchemaVersion()
	require.NoError(t, err)
	const starters = 3
	done, errs := make([]postgres.Migrated, starters), make([]error, starters)
	var all sync.WaitGroup
	for i := range starters {
		all.Go(func() { done[i], errs[i] = postgres.Migrate(t.Context(), config, patience) })
	}
	all.Wait()
	applied := 0
	for i := range starters {
		require.NoError(t, errs[i])
		require.Equal(t, needs, done[i].To)
		applied += len(done[i].Files)
	}
	require.Equal(t, int(needs), applied, "each migration runs once: %+v", done)
}

func TestMigrateWaitsForAnother(t *testing.T) {
	t.Parallel()
	db := pg.Empty(t)
	conn := connect(t, db)
	_, err := conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", lock.DefaultLockID)
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() {
		_, err := postgres.Migrate(t.Context(), configOf(t, db), patience)
		result <- err
	}()
	require.Eventually(t, func() bool {
		return count(t, conn, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "+
			"AND query LIKE 'SELECT pg_try_advisory_lock%'") > 0
	}, patience, 20*time.Millisecond)
	require.Zero(t, count(t, conn, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'"))
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_unlock($1)", lock.DefaultLockID)
	require.NoError(t, err)
	require.NoError(t, <-result)
	require.Equal(t, 1, count(t, conn, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'"))
}

func TestMigrateTellsWhatItDid(t *testing.T) {
	t.Parallel()
	config := configOf(t, pg.Empty(t))
	first, err := postgres.Migrate(t.Context(), config, patience)
	require.NoError(t, err)
	require.Equal(t, postgres.Migrated{
		From: 0, To: 8, Files: []string{
			"00001_users.sql", "00002_items.sql", "00003_certificates.sql", "00004_idempotency_keys.sql",
			"00005_user_version.sql",
			"00006_outbox.sql", "00007_inbox.sql", "00008_user_updated.sql",
		},
	}, first)
	again, err := postgres.Migrate(t.Context(), config, patience)
	require.NoError(t, err)
	require.Equal(t, postgres.Migrated{From: 8, To: 8}, again)
}

func TestMigrateWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	config := configOf(t, server.Database(t, "app"))
	server.Stop(t)
	_, err := postgres.Migrate(t.Context(), config, 600*time.Millisecond)
	require.ErrorContains(t, err, "did not answer within 600ms")

	result := make(chan error, 1)
	go func() {
		_, err := postgres.Migrate(t.Context(), config, patience)
		result <- err
	}()
	server.Restart(t)
	require.NoError(t, <-result)
}

func TestMigrateDoesNotWaitWhenRefused(t *testing.T) {
	t.Parallel()
	db := pg.Empty(t)
	db.Password = "wrong"
	_, err := postgres.Migrate(t.Context(), configOf(t, db), time.Hour)
	require.ErrorContains(t, err, "refuses the connection")
	require.NotContains(t, err.Error(), "wrong")
}

func TestReadyNeedsTheSchema(t *testing.T) {
	t.Parallel()
	empty := pg.Empty(t)
	db := open(t, empty)
	err := db.Ready(t.Context())
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	require.EqualError(t, err, "the schema is at version 0, want 8; run: app migrate")

	_, err = postgres.Migrate(t.Context(), configOf(t, empty), patience)
	require.NoError(t, err)
	require.NoError(t, db.Ready(t.Context()))

	// An older binary runs on a newer schema, and no binary on an older one.
	conn := connect(t, empty)
	_, err = conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)")
	require.NoError(t, err)
	require.NoError(t, db.Ready(t.Context()))
	_, err = conn.Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 1")
	require.NoError(t, err)
	require.ErrorContains(t, db.Ready(t.Context()), "the schema is at version 1, want 8")
}
