package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// patientReads keep the tries of a read from ending for another reason than the one under test.
func patientReads(config *postgres.Config) { config.Limits.ReadTime = patience }

func TestReplicaKilledMidQuery(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]postgres.Without{"": {}, "naive": {Retry: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, db := pg.Cluster(t)
			opened, _ := openRouted(t, c, db, patientReads, func(config *postgres.Config) { config.Without = without })
			var failed atomic.Int64
			var started, all sync.WaitGroup
			for range 8 {
				started.Add(1)
				all.Go(func() {
					started.Done()
					var one int
					if err := opened.ReadForTest(t.Context(), "SELECT 1 FROM pg_sleep(1)", &one); err != nil {
						failed.Add(1)
						t.Log(err)
					}
				})
			}
			started.Wait()
			awaitQueries(t, c.Replicas[0].Value, 1)
			c.Replicas[0].Kill(t)
			all.Wait()
			if without.Retry {
				require.Positive(t, failed.Load(), "this test sees reads that fail")
				return
			}
			require.Zero(t, failed.Load())
			require.Positive(t, opened.Status().Retries)
			require.Eventually(t, func() bool { return in(opened) == 1 }, patience, 10*time.Millisecond)
			c.Replicas[0].Restart(t)
			require.Eventually(t, func() bool { return in(opened) == 2 }, patience, 10*time.Millisecond)
		})
	}
}

// A replica cancels a query that needs rows which the writer has cleaned up.
func TestRecoveryConflictIsTriedElsewhere(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, document := openRouted(t, c, db, patientReads)
	ann := newSession(t, opened)
	_, err := ann.create(t.Context(), "vacuumed away")
	require.NoError(t, err)
	c.Replicas[0].CatchUp(t, c.Primary)
	one := document
	one.Readers = document.Readers[:1]
	require.NoError(t, opened.Apply(t.Context(), one))

	c.Replicas[0].Exec(t, "ALTER SYSTEM SET max_standby_streaming_delay = 0")
	c.Replicas[0].Exec(t, "SELECT pg_reload_conf()")
	defer func() {
		c.Replicas[0].Exec(t, "ALTER SYSTEM SET max_standby_streaming_delay = '-1'")
		c.Replicas[0].Exec(t, "SELECT pg_reload_conf()")
	}()
	result := make(chan error, 1)
	go func() {
		var count int
		result <- opened.ReadForTest(t.Context(), "SELECT count(*) FROM items, pg_sleep(2)", &count)
	}()
	awaitQueries(t, c.Replicas[0].Value, 1)
	conn := connect(t, db)
	_, err = conn.Exec(t.Context(), "DELETE FROM items")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "VACUUM items")
	require.NoError(t, err)
	require.NoError(t, <-result)
	require.Equal(t, int64(1), opened.Status().Retries)
}

func TestReadsFallBackOnTheWriterUnderACap(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	const slots, readers = 2, 20
	limit := func(config *postgres.Config) {
		config.URL += "&pool_max_conns=6"
		config.Limits.WriterReads, config.Limits.AcquireWait = slots, 300*time.Millisecond
	}
	opened, _ := openRouted(t, c, db, limit)
	naive, _ := openRouted(t, c, db, limit, func(config *postgres.Config) { config.Without.ReaderCap = true })
	ann := newSession(t, opened)
	for _, replica := range c.Replicas {
		replica.PauseReplay(t)
	}
	item, err := ann.create(t.Context(), "only on the writer")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return in(opened) == 0 && in(naive) == 0 }, patience, 10*time.Millisecond)
	node, err := ann.read(t.Context(), item.ID)
	require.NoError(t, err)
	require.Equal(t, "writer", node)

	lock := connect(t, db)
	tx, err := lock.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE items") // reads hang now
	require.NoError(t, err)
	hang := func(db *postgres.DB) (refused int, most int32) {
		errs := make(chan error, readers)
		for range readers {
			go func() {
				_, err := postgres.NewItems(db).Item(t.Context(), ann.caller, item.ID)
				errs <- err
			}()
		}
		require.Eventually(t, func() bool {
			most = max(most, db.Status().Nodes[0].InUse)
			return len(errs) >= readers-6
		}, patience, 5*time.Millisecond)
		for range len(errs) {
			err := <-errs
			require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "%v", err)
			require.Equal(t, "the database is busy; try again later", app.ErrorMessage(err))
			refused++
		}
		return refused, most
	}
	_, most := hang(naive)
	require.Greater(t, most, int32(slots), "this test sees a writer that is full of reads")
	refused, most := hang(opened)
	require.LessOrEqual(t, most, int32(slots))
	require.GreaterOrEqual(t, refused, readers-6)
	require.NoError(t, opened.WriteForTest(t.Context(), "UPDATE users SET version = 1"), "writes keep their share")
	require.NoError(t, tx.Rollback(t.Context()))
	require.Eventually(t, func() bool { return opened.Status().Nodes[0].InUse == 0 }, patience, 10*time.Millisecond)
}

func TestFullPoolRefusesInBoundedTime(t *testing.T) {
	t.Parallel()
	database := pg.New(t)
	config := configOf(t, database)
	config.URL += "&pool_max_conns=2"
	config.Limits.AcquireWait = 200 * time.Millisecond
	opened := openConfig(t, config)
	lock := connect(t, database)
	tx, err := lock.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE items")
	require.NoError(t, err)
	items, ann := postgres.NewItems(opened), newCaller(t)
	errs := make(chan error, 10)
	for i := range 10 {
		go func() {
			_, err := items.CreateItem(t.Context(), ann, app.NewItem{Title: fmt.Sprint(i)})
			errs <- err
		}()
	}
	for range 8 {
		err := <-errs
		require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "%v", err)
		require.Equal(t, "the database is busy; try again later", app.ErrorMessage(err))
	}
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, <-errs)
	require.NoError(t, <-errs)
	page, err := items.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2, "what was refused was not done")
}

// A replica that somebody promotes has a history of its own from then on.
func TestPromotedReplicaAnswersNoReads(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	c.Replicas[0].Promote(t)
	require.Zero(t, newSession(t, opened).staleReads(t, 100))
	require.Eventually(t, func() bool { return in(opened) == 1 }, patience, 10*time.Millisecond)
	require.ErrorContains(t, opened.Status().Nodes[1].Err, "no replica of the writer")
}

// Aurora's replicas have no positions: for a while after his write a user reads at the writer. The functions that
// tell it from PostgreSQL are made up here.
func TestAuroraGoesByTime(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	conn := connect(t, db)
	for _, statement := range []string{
		`CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '16.4.1' $$`,
		`CREATE FUNCTION aurora_db_instance_identifier() RETURNS text LANGUAGE sql AS $$ SELECT 'me' $$`,
		`CREATE TABLE lag (ms float8, other_ms float8, region_ms float8, heard timestamptz);
			INSERT INTO lag VALUES (20, 30, -1, 'infinity')`,
		`CREATE FUNCTION aurora_replica_status()
			RETURNS TABLE (server_id text, replica_lag_in_msec float8, last_update_timestamp timestamptz) LANGUAGE sql AS $$
			SELECT 'me', ms, heard FROM lag UNION ALL SELECT 'other', other_ms, heard FROM lag UNION ALL
			SELECT 'gone', 60000, now() - interval '1 hour' $$`,
		`CREATE FUNCTION aurora_global_db_instance_status()
			RETURNS TABLE (server_id text, aws_region text, visibility_lag_in_msec float8) LANGUAGE sql AS $$
			SELECT 'me', 'here', -1::float8 UNION ALL SELECT 'other', 'here', region_ms FROM lag UNION ALL
			SELECT 'third', 'there', 60000 $$`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	for _, replica := range c.Replicas {
		replica.CatchUp(t, c.Primary)
	}
	opened, _ := openRouted(t, c, db)
	ann := newSession(t, opened)
	item, err := ann.create(t.Context(), "mine")
	require.NoError(t, err)
	written := time.Now()
	node, err := ann.read(t.Context(), item.ID)
	require.NoError(t, err)
	if time.Since(written) < quick.Window {
		require.Equal(t, "writer", node)
	}
	require.Eventually(t, func() bool {
		node, err := ann.read(t.Context(), item.ID)
		require.NoError(t, err)
		return node != "writer"
	}, patience, 20*time.Millisecond)
	require.GreaterOrEqual(t, time.Since(written), quick.Window)

	hasher, signer, _ := apptest.Keys(t)
	users := postgres.NewUsers(opened, hasher, signer)
	signUp := apptest.NewSignUp()
	user, err := users.SignUp(t.Context(), signUp)
	require.NoError(t, err)
	for name, again := range map[string]func(*session) (string, error){
		"sign-in": func(s *session) (string, error) {
			return s.request(t.Context(), func(ctx context.Context) error {
				_, err := users.SignIn(ctx, app.SignIn{Email: signUp.Email, Password: signUp.Password})
				return err
			})
		},
		"user": func(s *session) (string, error) {
			return s.request(t.Context(), func(ctx context.Context) error {
				_, err := users.Profile(ctx, app.Caller{UserID: user.ID})
				return err
			})
		},
		"item": func(s *session) (string, error) { return s.read(t.Context(), item.ID) },
		"page": func(s *session) (string, error) { return s.list(t.Context()) },
		"none": func(s *session) (string, error) {
			node, err := s.read(t.Context(), app.NewID())
			require.Equal(t, app.CodeNotFound, app.ErrorCode(err))
			return node, nil
		},
	} {
		for _, table := range []string{"items", "users"} {
			_, err = conn.Exec(t.Context(), `UPDATE `+table+` SET updated_at = $1`, time.Now())
			require.NoError(t, err)
		}
		for _, replica := range c.Replicas {
			replica.CatchUp(t, c.Primary)
		}
		var phone *session
		var first time.Time
		require.Eventually(t, func() bool { // a reader may just be out
			phone, first = &session{items: ann.items, caller: ann.caller}, time.Now()
			node, err := again(phone)
			require.NoError(t, err)
			return node != "writer"
		}, patience, 10*time.Millisecond, "%s: nothing seen yet", name)
		node, err = again(phone)
		require.NoError(t, err)
		if time.Since(first) < quick.Window {
			require.Equal(t, "writer", node, "%s: another reader may be without what the first had", name)
		}
	}
	_, err = conn.Exec(t.Context(), `UPDATE items SET updated_at = $1`, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	for _, replica := range c.Replicas {
		replica.CatchUp(t, c.Primary)
	}
	late := &session{items: ann.items, caller: ann.caller}
	_, err = late.read(t.Context(), item.ID)
	require.NoError(t, err)
	_, err = late.list(t.Context())
	require.NoError(t, err)
	require.Empty(t, late.token, "what is old is everywhere")

	for _, lag := range []struct {
		set string
		in  int
	}{
		{"ms = 5000", 0},
		{"ms = 20", 2},
		{"other_ms = 5000", 0}, // the same address leads there
		{"other_ms = NULL", 2},
		{"region_ms = 5000", 0},
		{"region_ms = NULL", 2}, // no Global Database
		{"heard = '-infinity'", 0},
		{"heard = 'infinity'", 2},
	} {
		_, err = conn.Exec(t.Context(), `UPDATE lag SET `+lag.set)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return in(opened) == lag.in }, patience, 10*time.Millisecond, lag.set)
	}
}

// awaitQueries waits until so many of the app's queries sleep on a server.
func awaitQueries(t *testing.T, value func(tb testing.TB, sql string) string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return value(t, fmt.Sprintf("SELECT (count(*) >= %d)::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' "+
			"AND application_name = 'ladder'", n)) == "true"
	}, patience, 10*time.Millisecond)
}
