package postgres_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

const patience = time.Minute // how long tests wait for what comes within a second on a quiet machine

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

func TestUserService(t *testing.T) {
	t.Parallel()
	apptest.UserService(t, func(t *testing.T) apptest.Users {
		t.Helper()
		hasher, signer, verifier := apptest.Keys(t)
		return apptest.Users{Service: postgres.NewUsers(open(t, pg.New(t)), hasher, signer), Verify: verifier.Verify}
	})
}

func TestItemService(t *testing.T) {
	t.Parallel()
	apptest.ItemService(t, func(t *testing.T) apptest.Items {
		t.Helper()
		return apptest.Items{Service: postgres.NewItems(open(t, pg.New(t))), Caller: newCaller}
	})
}

func TestPasswordIsReadForEachConnection(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("old\n"), 0o600))
	opened := openConfig(t, postgres.Config{URL: db.URL, PasswordFile: file})
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(opened.Ready(t.Context())))
	require.NoError(t, os.WriteFile(file, []byte(db.Password), 0o600))
	require.NoError(t, opened.Ready(t.Context()))
}

func TestDeadlineIsUnavailable(t *testing.T) {
	t.Parallel()
	db := open(t, pg.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := postgres.NewItems(db).Items(ctx, newCaller(t), app.ItemQuery{})
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	require.ErrorIs(t, err, context.Canceled)
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"postgres:///ladder?host=/run/postgresql", "postgresql://app@db.example:5432/ladder"} {
		require.NoError(t, postgres.CheckURL(good), good)
	}
	for url, want := range map[string]string{
		"":                                     "got no postgres URL",
		"mysql://db/ladder":                    "got no postgres URL",
		"host=db password=s3cret":              "got no postgres URL",
		"postgres://app:s3cret@db/ladder":      "got a URL with a password",
		"postgres://db/ladder?password=s3cret": "got a URL with a password",
		"postgres://db:s3cret/ladder":          "got no postgres URL", // no port
		"postgres://db/ladder?sslmode=s3cret":  "sslmode",
	} {
		err := postgres.CheckURL(url)
		require.ErrorContains(t, err, want, url)
		require.ErrorContains(t, err, "want", url)
	}
}

func open(t *testing.T, db pgtest.DB) *postgres.DB {
	t.Helper()
	config := configOf(t, db)
	config.Limits.AcquireWait = patience // a busy machine is no busy database
	return openConfig(t, config)
}

func openConfig(t *testing.T, config postgres.Config) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

func configOf(t *testing.T, db pgtest.DB) postgres.Config {
	t.Helper()
	return postgres.Config{URL: db.URL, PasswordFile: db.PasswordFile(t)}
}

func connect(t *testing.T, db pgtest.DB) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(db.URL)
	require.NoError(t, err)
	config.Password = db.Password
	conn, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, query string) int {
	t.Helper()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
	return n
}

// fillPool makes the pool open all its connections and prepare a statement on them.
func fillPool(t *testing.T, items *postgres.Items, caller app.Caller) {
	t.Helper()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			_, err := items.Items(t.Context(), caller, app.ItemQuery{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func newCaller(*testing.T) app.Caller { return app.Caller{UserID: app.NewID()} }
