package pgtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
)

func TestReplicaShowsWhatItHasReplayed(t *testing.T) {
	t.Parallel()
	cluster, db := pg.Cluster(t)
	replica := cluster.Replicas[0]
	primary := connect(t, db)
	copied := connect(t, replica.DB(primary.Config().Database))
	insert := func() {
		_, err := primary.Exec(t.Context(), "INSERT INTO prepared VALUES (1)")
		require.NoError(t, err)
	}
	shown := func() int { return count(t, copied, "SELECT count(*) FROM prepared") }
	insert()
	replica.CatchUp(t, cluster.Primary)
	require.Equal(t, 1, shown())
	replica.PauseReplay(t)
	insert()
	cluster.Replicas[1].CatchUp(t, cluster.Primary)
	require.Equal(t, 1, shown())
	replica.ResumeReplay(t)
	replica.CatchUp(t, cluster.Primary)
	require.Equal(t, 2, shown())
	_, err := copied.Exec(t.Context(), "INSERT INTO prepared VALUES (1)")
	require.ErrorContains(t, err, "25006")
}

func TestNextTestFindsTheClusterRepaired(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, c *pgtest.Cluster){
		"paused":   func(t *testing.T, c *pgtest.Cluster) { t.Helper(); c.Replicas[0].PauseReplay(t) },
		"killed":   func(t *testing.T, c *pgtest.Cluster) { t.Helper(); c.Replicas[1].Kill(t) },
		"stopped":  func(t *testing.T, c *pgtest.Cluster) { t.Helper(); c.Primary.Stop(t) },
		"promoted": func(t *testing.T, c *pgtest.Cluster) { t.Helper(); c.Replicas[0].Promote(t) },
		"switched": func(t *testing.T, c *pgtest.Cluster) {
			t.Helper()
			c.Primary.Shutdown(t)
			c.Replicas[0].Promote(t)
			c.Primary.Follow(t, c.Replicas[0])
			require.Equal(t, "true", c.Primary.Value(t, "SELECT pg_is_in_recovery()::text"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, _ := pg.Cluster(t) // waits for its turn, and until all replicas have the new database
			harm(t, cluster)
		})
	}
}
