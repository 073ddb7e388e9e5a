package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func TestServerRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	config := server.Database(t, "app")
	_, err := postgres.Migrate(t.Context(), configOf(t, config), patience)
	require.NoError(t, err)
	db := open(t, config)
	items, ann := postgres.NewItems(db), newCaller(t)
	item, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "kept"})
	require.NoError(t, err)
	fillPool(t, items, ann)

	server.Stop(t)
	for name, err := range map[string]error{
		"ready": db.Ready(t.Context()),
		"read":  func() error { _, err := items.Item(t.Context(), ann, item.ID); return err }(),
		"write": func() error { _, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "lost"}); return err }(),
	} {
		require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "%s: %v", name, err)
		require.Equal(t, "the database does not answer; try again later", app.ErrorMessage(err))
	}

	server.Restart(t)
	require.NoError(t, db.Ready(t.Context()), "the first call after the restart")
	fillPool(t, items, ann)
	page, err := items.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, []app.Item{item}, page.Items)
}

// A connection that was idle while the server restarted is dead, and so are all others of the pool: a read
// notices, drops them and runs again.
func TestReadSurvivesARestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	config := server.Database(t, "app")
	_, err := postgres.Migrate(t.Context(), configOf(t, config), patience)
	require.NoError(t, err)
	items, ann := postgres.NewItems(open(t, config)), newCaller(t)
	fillPool(t, items, ann)
	server.Stop(t)
	server.Restart(t)
	_, err = items.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
}

// The trap of a failover: the connection lives, and the server behind it takes no writes any more.
func TestDemotedServer(t *testing.T) {
	t.Parallel()
	config := pg.New(t)
	items, ann := postgres.NewItems(open(t, config)), newCaller(t)
	fillPool(t, items, ann)
	conn := connect(t, config)
	_, err := conn.Exec(t.Context(), "ALTER ROLE ladder IN DATABASE "+conn.Config().Database+
		" SET default_transaction_read_only = on")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "+
		"WHERE datname = current_database() AND pid <> pg_backend_pid()")
	require.NoError(t, err)
	_, err = items.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err, "reads go on")
	_, err = items.CreateItem(t.Context(), ann, app.NewItem{Title: "refused"})
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "%v", err)

	_, err = conn.Exec(t.Context(), "SET default_transaction_read_only = off")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "ALTER ROLE ladder IN DATABASE "+conn.Config().Database+
		" RESET default_transaction_read_only")
	require.NoError(t, err)
	// Without the reset the connections stay read-only for their lifetime of 15 minutes.
	require.Eventually(t, func() bool {
		_, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "taken"})
		return err == nil
	}, 20*time.Second, 50*time.Millisecond)
}

func TestSchemaChangeUnderARunningBinary(t *testing.T) {
	t.Parallel()
	config := pg.New(t)
	items, ann := postgres.NewItems(open(t, config)), newCaller(t)
	item, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: "kept"})
	require.NoError(t, err)
	fillPool(t, items, ann)
	conn := connect(t, config)
	for _, change := range []string{
		"ALTER TABLE items ADD COLUMN later text",           // expand
		"ALTER TABLE items ALTER COLUMN title TYPE varchar", // changes the result type of cached plans
	} {
		_, err = conn.Exec(t.Context(), change)
		require.NoError(t, err)
		read, err := items.Item(t.Context(), ann, item.ID)
		require.NoError(t, err, change)
		require.Equal(t, item, read)
	}
}
