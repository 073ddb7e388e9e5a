package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func outboxRows(t *testing.T, conn *pgx.Conn) []events.Event {
	t.Helper()
	rows, err := conn.Query(t.Context(),
		"SELECT id, aggregate, key, type, version, payload, trace, occurred_at FROM outbox ORDER BY version")
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e events.Event, err error) {
		err = row.Scan(&e.ID, &e.Aggregate, &e.Key, &e.Type, &e.Version, &e.Payload, &e.Trace, &e.OccurredAt)
		return e, err
	})
	require.NoError(t, err)
	return all
}

// What changes a user writes one event, and what changes nothing none: taken addresses, old versions, repetitions.
func TestChangesOfUsersWriteEvents(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	hasher, signer, _ := apptest.Keys(t)
	users, conn := postgres.NewUsers(open(t, db), hasher, signer), connect(t, db)
	in := app.SignUp{Email: "ann@example.com", Name: "Ann", Password: "correct horse"}
	ctx := app.WithRequestID(app.WithIdempotencyKey(t.Context(), "sign-up"), "request-1")
	user, err := users.SignUp(ctx, in)
	require.NoError(t, err)
	again, err := users.SignUp(ctx, in)
	require.NoError(t, err)
	require.Equal(t, user.ID, again.ID)
	_, err = users.SignUp(t.Context(), in)
	require.Equal(t, app.CodeConflict, app.ErrorCode(err))

	caller := app.Caller{UserID: user.ID}
	for _, ctx := range []context.Context{app.WithIdempotencyKey(t.Context(), "rename"), t.Context()} {
		current, err := users.Profile(t.Context(), caller)
		require.NoError(t, err)
		change := app.ProfileChange{Version: current.Version, Name: "Ann " + app.NewID()}
		for range 2 {
			_, err = users.UpdateProfile(ctx, caller, change)
			if app.IdempotencyKey(ctx) != "" {
				require.NoError(t, err)
			}
		}
	}
	rows := outboxRows(t, conn)
	require.Len(t, rows, 3)
	kinds := []string{events.UserRegistered, events.UserRenamed, events.UserRenamed}
	for i, e := range rows {
		require.NoError(t, e.Validate())
		require.Equal(t, []any{events.UserAggregate, user.ID, kinds[i], int64(i + 1)}, []any{e.Aggregate, e.Key, e.Type, e.Version})
		require.WithinDuration(t, time.Now(), e.OccurredAt, patience)
	}
	require.Equal(t, "request-1", rows[0].Trace["request-id"])
	require.JSONEq(t, `{"name":"Ann"}`, string(rows[0].Payload), "no address")
}

// Without the row of the event there is no change either.
func TestNoChangeWithoutItsEvent(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	hasher, signer, _ := apptest.Keys(t)
	users, conn := postgres.NewUsers(open(t, db), hasher, signer), connect(t, db)
	_, err := conn.Exec(t.Context(), "ALTER TABLE outbox ADD CONSTRAINT full_up CHECK (false)")
	require.NoError(t, err)
	for _, ctx := range []context.Context{t.Context(), app.WithIdempotencyKey(t.Context(), "key")} {
		_, err = users.SignUp(ctx, app.SignUp{Email: "ann@example.com", Name: "Ann", Password: "correct horse"})
		require.Error(t, err)
	}
	require.Zero(t, count(t, conn, "SELECT count(*) FROM users"))
	require.Zero(t, count(t, conn, "SELECT count(*) FROM idempotency_keys"))
}

func TestCommitsWakeTheRelay(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	hasher, signer, _ := apptest.Keys(t)
	users, conn := postgres.NewUsers(open(t, db), hasher, signer), connect(t, db)
	_, err := conn.Exec(t.Context(), "LISTEN "+outbox.Channel)
	require.NoError(t, err)
	_, err = users.SignUp(t.Context(), app.SignUp{Email: "ann@example.com", Name: "Ann", Password: "correct horse"})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = conn.WaitForNotification(ctx)
	require.NoError(t, err)
}

// A consumer's own error is no reason to drop the connections to the database.
func TestTransactPassesOwnErrors(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	store, conn := open(t, db), connect(t, db)
	var wrong *json.SyntaxError
	pid := 0
	for i := range 3 {
		err := store.Transact(t.Context(), func(ctx context.Context, tx events.Querier) error {
			var now int
			if err := tx.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&now); err != nil {
				return err
			}
			if pid == 0 {
				pid = now
			}
			_, err := tx.Exec(ctx, "INSERT INTO user_names VALUES ($1, 'Ann', 1)", app.NewID())
			return errors.Join(err, json.Unmarshal([]byte("{"), &struct{}{}))
		})
		require.ErrorAs(t, err, &wrong, "try %d", i)
	}
	require.Zero(t, count(t, conn, "SELECT count(*) FROM user_names"), "rolled back")
	require.Equal(t, 1, count(t, conn, fmt.Sprintf("SELECT count(*) FROM pg_stat_activity WHERE pid = %d", pid)))
	err := store.Transact(t.Context(), func(ctx context.Context, tx events.Querier) error {
		_, err := tx.Exec(ctx, "SELECT 1/0")
		return err
	})
	require.Equal(t, app.CodeInternal, app.ErrorCode(err))
}

func TestMigrationLetsOldUsersTellOfThemselves(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	conn := connect(t, db)
	for _, query := range []string{
		"DROP TABLE outbox", "DROP TABLE inbox, inbox_versions, dead_letters, user_names",
		"ALTER TABLE users DROP COLUMN updated_at",
		"DELETE FROM goose_db_version WHERE version_id >= 6",
		"INSERT INTO users VALUES ('" + app.NewID() + "', 'ann@example.com', 'Ann \"A\"', '', now(), 3)",
	} {
		_, err := conn.Exec(t.Context(), query)
		require.NoError(t, err)
	}
	_, err := postgres.Migrate(t.Context(), configOf(t, db), patience)
	require.NoError(t, err)
	rows := outboxRows(t, conn)
	require.Len(t, rows, 1)
	require.NoError(t, rows[0].Validate())
	require.Equal(t, int64(3), rows[0].Version)
	require.JSONEq(t, `{"name":"Ann \"A\""}`, string(rows[0].Payload))
}

// What a transaction lost is no success, although "commit" has no error after a statement that failed.
func TestCommitThatRollsBack(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	routed, _ := openRouted(t, c, db)
	for name, opened := range map[string]*postgres.DB{"alone": open(t, db), "with replicas": routed} {
		for _, statement := range []string{"SELECT 1", "SELECT 1/0"} { // the first prepares the commit
			err := opened.Transact(t.Context(), func(ctx context.Context, tx events.Querier) error {
				_, _ = tx.Exec(ctx, statement) // as if nothing could be wrong
				return nil
			})
			require.Equal(t, statement == "SELECT 1", err == nil, "%s, %s: %v", name, statement, err)
		}
	}
}
