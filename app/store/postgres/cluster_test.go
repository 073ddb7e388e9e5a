package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/topology"
)

// quick are limits that keep tests short. Bounds that only end what hangs stay as they are.
var quick = postgres.Limits{
	MaxLag: 400 * time.Millisecond, RejoinLag: 200 * time.Millisecond,
	RejoinAfter: 300 * time.Millisecond, Window: 600 * time.Millisecond,
}

// openRouted opens the database of a cluster with its replicas, and waits until they answer reads.
func openRouted(
	t *testing.T, c *pgtest.Cluster, db pgtest.DB, change ...func(*postgres.Config),
) (*postgres.DB, topology.Document) {
	t.Helper()
	document := topologyOf(t, c, db)
	config := configOf(t, db)
	config.Topology, config.Limits = &document, quick
	for _, f := range change {
		f(&config)
	}
	opened := openConfig(t, config)
	require.Eventually(t, func() bool { return in(opened) == len(document.Readers) }, patience, 10*time.Millisecond)
	return opened, document
}

func topologyOf(t *testing.T, c *pgtest.Cluster, db pgtest.DB) topology.Document {
	t.Helper()
	document := topology.Document{
		Writer: hostOf(c.Primary), Database: connect(t, db).Config().Database,
	}
	for _, replica := range c.Replicas {
		document.Readers = append(document.Readers, hostOf(replica))
	}
	return document
}

func hostOf(s *pgtest.Server) topology.Host { return topology.Host{Host: s.Host(), Port: pgtest.Port} }

// in is how many replicas answer reads.
func in(db *postgres.DB) (n int) {
	for _, node := range db.Status().Nodes[1:] {
		if !node.Out {
			n++
		}
	}
	return n
}

// session is a user whose requests carry what he has seen.
type session struct {
	items  *postgres.Items
	caller app.Caller
	token  string
}

func newSession(t *testing.T, db *postgres.DB) *session {
	t.Helper()
	return &session{items: postgres.NewItems(db), caller: newCaller(t)}
}

func (s *session) request(ctx context.Context, do func(ctx context.Context) error) (node string, err error) {
	ctx, origin := app.WithOrigin(app.WithFreshness(ctx, s.token))
	err = do(ctx)
	s.token = app.Freshness(ctx).Get()
	return origin.Parts().Replica, err
}

func (s *session) create(ctx context.Context, title string) (item app.Item, err error) {
	_, err = s.request(ctx, func(ctx context.Context) error {
		item, err = s.items.CreateItem(ctx, s.caller, app.NewItem{Title: title})
		return err
	})
	return item, err
}

func (s *session) read(ctx context.Context, id string) (node string, err error) {
	return s.request(ctx, func(ctx context.Context) error {
		_, err := s.items.Item(ctx, s.caller, id)
		return err
	})
}

func (s *session) list(ctx context.Context) (node string, err error) {
	return s.request(ctx, func(ctx context.Context) error {
		_, err := s.items.Items(ctx, s.caller, app.ItemQuery{})
		return err
	})
}

// staleReads is how many of n writes their user did not read back.
func (s *session) staleReads(t *testing.T, n int) (stale int) {
	t.Helper()
	for range n {
		item, err := s.create(t.Context(), "mine")
		require.NoError(t, err)
		_, err = s.read(t.Context(), item.ID)
		if app.ErrorCode(err) == app.CodeNotFound {
			stale++
			continue
		}
		require.NoError(t, err)
	}
	return stale
}

// Who deletes what another device has deleted already does not see it again.
func TestRefusedDeletionIsSeen(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	ann := newSession(t, opened)
	for _, key := range []string{"", "key"} {
		item, err := ann.create(t.Context(), "mine")
		require.NoError(t, err)
		laptop := &session{items: ann.items, caller: ann.caller}
		for _, s := range []*session{ann, laptop} {
			_, err = s.request(t.Context(), func(ctx context.Context) error {
				if s == laptop && key != "" {
					ctx = app.WithIdempotencyKey(ctx, key)
				}
				return s.items.DeleteItem(ctx, s.caller, item.ID)
			})
		}
		require.Equal(t, app.CodeNotFound, app.ErrorCode(err))
		require.NotEmpty(t, laptop.token, "key %q", key)
	}
}

func TestServicesOnACluster(t *testing.T) {
	t.Parallel()
	c := pgtest.StartCluster(t, 2) // its own: the suites have parallel subtests
	db := c.Primary.Database(t, "app")
	_, err := postgres.Migrate(t.Context(), configOf(t, db), patience)
	require.NoError(t, err)
	opened, _ := openRouted(t, c, db)
	t.Run("items", func(t *testing.T) {
		t.Parallel()
		apptest.ItemService(t, func(t *testing.T) apptest.Items {
			t.Helper()
			return apptest.Items{Service: &followingItems{items: postgres.NewItems(opened)}, Caller: newCaller}
		})
	})
	t.Run("users", func(t *testing.T) {
		t.Parallel()
		apptest.UserService(t, func(t *testing.T) apptest.Users {
			t.Helper()
			hasher, signer, verifier := apptest.Keys(t)
			users := postgres.NewUsers(opened, hasher, signer)
			return apptest.Users{Service: &followingUsers{users: users}, Verify: verifier.Verify}
		})
	})
}

func TestUserReadsHisOwnWrites(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	naive, _ := openRouted(t, c, db, func(config *postgres.Config) { config.Without.Freshness = true })

	require.Zero(t, newSession(t, opened).staleReads(t, 100), "replicas follow")
	c.Replicas[0].PauseReplay(t)
	require.Zero(t, newSession(t, opened).staleReads(t, 100), "one replica is behind")
	c.Replicas[1].PauseReplay(t)
	require.Zero(t, newSession(t, opened).staleReads(t, 20), "both are behind")
	require.Positive(t, newSession(t, naive).staleReads(t, 5), "this test sees stale reads")
}

func TestReadsMoveToReplicasWhenTheyHaveTheWrite(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	ann := newSession(t, opened)
	item, err := ann.create(t.Context(), "mine")
	require.NoError(t, err)
	require.NotEmpty(t, ann.token)
	require.True(t, app.IsFreshness(ann.token))
	nodes := map[string]int{}
	require.Eventually(t, func() bool {
		node, err := ann.read(t.Context(), item.ID)
		require.NoError(t, err)
		nodes[node]++
		return nodes["reader-1"] > 0 && nodes["reader-2"] > 0
	}, patience, 5*time.Millisecond, "both replicas answer")
}

// A session never goes back in time, also when it reads what others write.
func TestReadsOfASessionAreMonotonic(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	ann := newSession(t, opened)
	item, err := ann.create(t.Context(), "1")
	require.NoError(t, err)
	bob := &session{items: ann.items, caller: ann.caller} // the same user's other browser
	for _, replica := range c.Replicas {
		replica.CatchUp(t, c.Primary)
	}
	c.Replicas[0].PauseReplay(t)
	_, err = postgres.NewItems(opened).UpdateItem(t.Context(), ann.caller,
		app.ItemChange{ID: item.ID, Version: 1, Title: "2"})
	require.NoError(t, err)
	newest := int64(0)
	for range 100 {
		_, err = bob.request(t.Context(), func(ctx context.Context) error {
			read, err := bob.items.Item(ctx, bob.caller, item.ID)
			require.GreaterOrEqual(t, read.Version, newest)
			newest = max(newest, read.Version)
			return err
		})
		require.NoError(t, err)
	}
	require.Equal(t, int64(2), newest)
}

func TestLaggingReplicaLeavesAndComesBack(t *testing.T) {
	t.Parallel()
	c, db := pg.Cluster(t)
	opened, _ := openRouted(t, c, db)
	ann := newSession(t, opened)
	c.Replicas[0].PauseReplay(t)
	_, err := ann.create(t.Context(), "lag begins")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return in(opened) == 1 }, patience, 10*time.Millisecond)
	lagging := opened.Status().Nodes[1]
	require.True(t, lagging.Out)
	require.Greater(t, lagging.Lag, quick.MaxLag)
	for range 20 { // also for somebody who has seen nothing yet
		node, err := newSession(t, opened).request(t.Context(), func(ctx context.Context) error {
			_, err := postgres.NewItems(opened).Items(ctx, ann.caller, app.ItemQuery{})
			return err
		})
		require.NoError(t, err)
		require.Equal(t, "reader-2", node)
	}
	start := time.Now()
	c.Replicas[0].ResumeReplay(t)
	require.Eventually(t, func() bool { return in(opened) == 2 }, patience, time.Millisecond)
	require.GreaterOrEqual(t, time.Since(start), quick.RejoinAfter, "not with the first good look")
}
