package outbox_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/outbox"
)

// A backup is restored into a new cluster, whose transaction numbers start again: the relay goes on where the backup
// was, with what was published meanwhile once more.
func TestRestoredIntoANewCluster(t *testing.T) {
	t.Parallel()
	old := pg.New(t)
	pool := eventstest.Pool(t, old)
	for range 2000 { // far from where a new cluster counts
		_, err := pool.Exec(t.Context(), "SELECT pg_current_xact_id()")
		require.NoError(t, err)
	}
	bus := &recorder{}
	_, stopFirst := run(t, config(old, bus))
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1)))
	empty(t, pool)
	stopFirst()
	waiting := []events.Event{eventstest.Event("ann", 2), eventstest.Event("ann", 3), eventstest.Event("bob", 1)}
	require.NoError(t, eventstest.Write(t.Context(), pool, waiting...))
	backup := dump(t, old)
	relay, stop := run(t, config(old, bus))
	empty(t, pool)
	stop()
	require.Equal(t, int64(3), relay.Status().Published)

	restored := pgtest.Start(t).Database(t, "restored")
	restore(t, restored, backup)
	fresh := eventstest.Pool(t, restored)
	require.Less(t, xid(t, fresh), xid(t, pool), "the numbers have started again")
	require.Equal(t, 3, eventstest.Count(t, fresh, "SELECT count(*) FROM outbox"))
	after := eventstest.Event("ann", 4)
	require.NoError(t, eventstest.Write(t.Context(), fresh, after))
	run(t, config(restored, bus))
	empty(t, fresh)
	times := map[string]int{}
	for _, e := range bus.all() {
		times[e.ID]++
	}
	require.Equal(t, 1, times[after.ID])
	for _, e := range waiting {
		require.Equal(t, 2, times[e.ID], "again, which inboxes know")
	}
	requireOrder(t, bus.all())
}

func xid(t *testing.T, q events.Querier) int {
	t.Helper()
	return eventstest.Count(t, q, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
}

func dump(t *testing.T, db pgtest.DB) string {
	t.Helper()
	return tool(t, db, "", "pg_dump", "--no-owner")
}

func restore(t *testing.T, db pgtest.DB, content string) {
	t.Helper()
	tool(t, db, content, "psql", "-q", "-v", "ON_ERROR_STOP=1")
}

func tool(t *testing.T, db pgtest.DB, input, name string, args ...string) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	require.NoError(t, err)
	if len(found) == 0 {
		found = []string{name}
	}
	ctx, cancel := context.WithTimeout(t.Context(), eventstest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, slices.Max(found), append(args, "-d", db.URL)...)
	cmd.Env = []string{"PGPASSWORD=" + db.Password}
	cmd.Stdin = strings.NewReader(input)
	var failed strings.Builder
	cmd.Stderr = &failed
	output, err := cmd.Output()
	require.NoError(t, err, failed.String())
	return string(output)
}

// The table keeps its size while ten times as much passes, and vacuum is set to come by. The sizes are those before
// vacuum: whether it gives the end of the table back is up to who reads just then. Three rounds come first, because an
// emptied page of an index is used again after two vacuums.
func TestStaysSmall(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	c := config(db, &recorder{})
	c.Batch = 500
	run(t, c)
	largest := func(rounds int) (size int) {
		for range rounds {
			_, err := pool.Exec(t.Context(), `INSERT INTO outbox (id, aggregate, key, version, type, payload, trace, occurred_at)
				SELECT gen_random_uuid(), 'user', gen_random_uuid(), 1, 'user.renamed', '{"name":"Ann"}', '{}', now()
				FROM generate_series(1, 2000)`)
			require.NoError(t, err)
			empty(t, pool)
			size = max(size, eventstest.Count(t, pool, "SELECT pg_total_relation_size('outbox')"))
			_, err = pool.Exec(t.Context(), "VACUUM outbox") // as autovacuum does after a thousand
			require.NoError(t, err)
		}
		return size
	}
	first := largest(3)
	require.LessOrEqual(t, largest(30), 3*first)
	require.Equal(t, 1, eventstest.Count(t, pool, `SELECT count(*) FROM pg_class WHERE relname = 'outbox'
		AND reloptions @> '{autovacuum_vacuum_scale_factor=0,autovacuum_vacuum_threshold=1000}'`))
}

func TestRepublish(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	id := app.NewID()
	_, err := pool.Exec(t.Context(), `INSERT INTO users (id, email, name, password_hash, created_at, version)
		VALUES ($1, 'ann@example.com', 'Ann', '', now(), 7)`, id)
	require.NoError(t, err)
	bus := &recorder{}
	run(t, config(db, bus))
	for i, lost := range []bool{false, true} {
		users, err := outbox.Republish(t.Context(), pool, lost)
		require.NoError(t, err)
		require.Equal(t, int64(1), users)
		empty(t, pool)
		all := bus.all()
		require.Len(t, all, i+1)
		e := all[i]
		require.NoError(t, e.Validate())
		require.JSONEq(t, `{"name":"Ann"}`, string(e.Payload))
		require.Equal(t, []any{id, events.UserRegistered}, []any{e.Key, e.Type})
		require.Equal(t, int64(7+i*1_000_000), e.Version)
		require.WithinDuration(t, time.Now(), e.OccurredAt, time.Minute)
	}
	require.Equal(t, 1_000_007, eventstest.Count(t, pool, "SELECT version FROM users"))
}
