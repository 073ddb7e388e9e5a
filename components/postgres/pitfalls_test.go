package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// P5: a restore sets the snapshot from outside; taking it back would make an empty database.
func TestRestoreIsNoDifference(t *testing.T) {
	t.Parallel()
	for _, instance := range instances(record(t, phase2), "db-") {
		require.Contains(t, instance.Options.IgnoreChanges, "snapshotIdentifier", instance.Name)
		require.NotContains(t, instance.Inputs, "snapshotIdentifier", instance.Name)
	}
}

// P6: a final snapshot whose name was never used: new exactly when the primary is.
func TestFinalSnapshotHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	snapshot := func(g *graph.Graph) any {
		primary := graphtest.Find(t, g, "db-primary").Inputs
		require.Equal(t, false, primary["skipFinalSnapshot"])
		return primary["finalSnapshotIdentifier"]
	}
	g := record(t, phase2)
	require.Regexp(t, `^db-[0-9a-f]{8}-final$`, snapshot(g))
	grown := record(t, func(a *postgres.Args, _ spare) {
		a.Replicas, a.Class, a.BackupDays, a.Major = 5, "db.r8g.large", 35, 17
		a.Availability, a.Storage.GiB = postgres.SingleZone, 400
	})
	require.Equal(t, snapshot(g), snapshot(grown))
	keepers := func(g *graph.Graph) any { return graphtest.Find(t, g, "db-id").Inputs["keepers"] }
	require.Equal(t, keepers(g), keepers(grown))
	require.NotEqual(t, keepers(g), keepers(record(t, func(a *postgres.Args, second spare) { a.Key = second.key })))

	promoted := record(t, func(a *postgres.Args, _ spare) { a.Promoted = map[int]int{2: 0} })
	replica := graphtest.Find(t, promoted, "db-replica-2").Inputs
	require.Regexp(t, `^db-[0-9a-f]{8}-replica-2-final$`, replica["finalSnapshotIdentifier"])
	require.Equal(t, []any{false, true}, []any{replica["skipFinalSnapshot"], replica["deletionProtection"]})
}

// P7: the password is ours; the other kind excludes replicas, even when it is said to be off.
func TestPasswordIsOurs(t *testing.T) {
	t.Parallel()
	for _, instance := range instances(record(t, phase2), "db-") {
		require.NotContains(t, instance.Inputs, "manageMasterUserPassword", instance.Name)
	}
}

// P8: no blue/green update, with replicas or without.
func TestNoBlueGreenUpdate(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{0, 2} {
		g := record(t, func(a *postgres.Args, _ spare) { a.Replicas = replicas })
		require.Len(t, instances(g, "db-"), 1+replicas)
		for _, instance := range instances(g, "db-") {
			require.NotContains(t, instance.Inputs, "blueGreenUpdate", instance.Name)
		}
	}
}

// P10: a major has parameters of its own under a made-up name. The old ones go last, when no instance uses them:
// each instance changes over in the same update, at once and not in its window.
func TestParameters(t *testing.T) {
	t.Parallel()
	g := record(t, phase2)
	group := graphtest.Find(t, g, "db-parameters-16")
	require.Equal(t, "postgres16", group.Inputs["family"])
	require.NotContains(t, group.Inputs, "name", "made up, so that both majors have one")
	require.False(t, group.Options.DeleteBeforeReplace)
	got := map[string]string{}
	for _, parameter := range group.Inputs["parameters"].([]any) {
		p := parameter.(map[string]any)
		got[p["name"].(string)] = p["value"].(string) + " " + p["applyMethod"].(string)
	}
	require.Equal(t, map[string]string{
		"rds.logical_replication": "1 pending-reboot", "rds.force_ssl": "1 immediate",
		"shared_preload_libraries":   "pg_stat_statements pending-reboot",
		"log_min_duration_statement": "1000 immediate", "log_lock_waits": "1 immediate",
		"idle_in_transaction_session_timeout": "60000 immediate", "lock_timeout": "30000 immediate",
	}, got)

	diff := compare(t, map[string]edit{"17": func(a *postgres.Args, _ spare) { a.Major = 17 }}, "", "17")
	require.Equal(t, all, names(diff.Update))
	for _, change := range diff.Update {
		require.Contains(t, change.Changed, "parameterGroupName", change.Name)
	}
	require.Contains(t, diff.Update[0].Changed, "engineVersion", "the replicas follow the primary")
	for _, instance := range instances(g, "db-") {
		require.Equal(t, true, instance.Inputs["applyImmediately"], instance.Name)
		require.Contains(t, instance.Options.DependsOn, group.URN, "so that AWS deletes instances first")
	}
}

// P24: the primary has backups from birth, and zero days is no way to turn them off; a replica has none before it
// is promoted, and none in the update that promotes it.
func TestBackups(t *testing.T) {
	t.Parallel()
	days := func(change edit, name string) any {
		return graphtest.Find(t, record(t, change), name).Inputs["backupRetentionPeriod"]
	}
	require.Equal(t, 7.0, days(func(a *postgres.Args, _ spare) { a.BackupDays = 0 }, "db-primary"))
	promote := func(backupDays int) edit {
		return func(a *postgres.Args, _ spare) { a.Promoted = map[int]int{1: backupDays} }
	}
	require.Nil(t, days(phase2, "db-replica-1"))
	require.Nil(t, days(promote(0), "db-replica-1"))
	require.Equal(t, 14.0, days(promote(14), "db-replica-1"))
}

// P26: encryption cannot be turned on later, so that it is on from birth, everywhere.
func TestEverythingIsEncrypted(t *testing.T) {
	t.Parallel()
	for _, instance := range instances(record(t, phase2), "db-") {
		require.Equal(t, true, instance.Inputs["storageEncrypted"], instance.Name)
		require.NotEmpty(t, instance.Inputs["performanceInsightsKmsKeyId"], instance.Name)
	}
}
