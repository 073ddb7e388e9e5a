package postgres_test

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/internal/graph"
)

var all = []string{"db-primary", "db-replica-1", "db-replica-2"}

// What a change of the arguments does. Nothing but another key replaces, and nothing deletes but a new major its
// old parameters.
func TestChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change                 edit
		create, update, delete []string
	}{
		"nothing": {change: phase2},
		"one more replica": {
			change: func(a *postgres.Args, _ spare) { a.Replicas = 3 },
			create: []string{"db-replica-3", "db-replica-3-log-postgresql"},
		},
		"all replicas": { // the others go on
			change: func(a *postgres.Args, _ spare) { a.Replicas = 5 },
			create: []string{
				"db-replica-3", "db-replica-3-log-postgresql", "db-replica-4", "db-replica-4-log-postgresql",
				"db-replica-5", "db-replica-5-log-postgresql",
			},
		},
		"one more client": {
			change: func(a *postgres.Args, _ spare) { a.Clients["jobs"] = pulumi.String("sg-jobs") },
			create: []string{"db-firewall-jobs"},
		},
		"larger":       {change: func(a *postgres.Args, _ spare) { a.Class = "db.m7g.large" }, update: all},
		"more storage": {change: func(a *postgres.Args, _ spare) { a.Storage.GiB = 200 }, update: all},
		"no growth":    {change: func(a *postgres.Args, _ spare) { a.Storage.MaxGiB = 100 }, update: all},
		"one zone": {
			change: func(a *postgres.Args, _ spare) { a.Availability = postgres.SingleZone },
			update: []string{"db-primary"},
		},
		"more backups": {
			change: func(a *postgres.Args, _ spare) { a.BackupDays = 35 }, update: []string{"db-primary"},
		},
		"a new major": {
			change: func(a *postgres.Args, _ spare) { a.Major = 17 }, update: all,
			create: []string{"db-parameters-17"}, delete: []string{"db-parameters-16"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff := compare(t, map[string]edit{name: c.change}, "", name)
			require.Equal(t, c.create, names(diff.Create))
			require.Equal(t, c.update, names(diff.Update))
			require.Equal(t, c.delete, names(diff.Delete))
			require.Empty(t, diff.Replace)
		})
	}
}

// A new zone widens the subnet group and moves no replica, though each would get another zone if it were made now.
func TestNewZoneMovesNothing(t *testing.T) {
	t.Parallel()
	five := func(a *postgres.Args, _ spare) { a.Replicas = 5 }
	for name, zones := range map[string]edit{
		"given last": func(a *postgres.Args, second spare) { a.Subnets = append(a.Subnets, second.zone) },
		"given first": func(a *postgres.Args, second spare) {
			a.Subnets = append([]network.Subnet{second.zone}, a.Subnets...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff := compare(t, map[string]edit{"two": five, "three": func(a *postgres.Args, second spare) {
				five(a, second)
				zones(a, second)
			}}, "two", "three")
			require.Equal(t, []string{"db-subnets"}, names(diff.Update))
			require.Empty(t, diff.Create)
			require.Empty(t, diff.Replace)
			require.Empty(t, diff.Delete)
		})
	}
}

// Another key replaces the primary: encrypted data cannot change its key. Protection refuses it.
func TestAnotherKeyReplaces(t *testing.T) {
	t.Parallel()
	diff := compare(t, map[string]edit{"key": func(a *postgres.Args, second spare) { a.Key = second.key }}, "", "key")
	require.Contains(t, names(diff.Replace), "db-primary")
	require.Contains(t, names(diff.Replace), "db-id", "so that the final snapshot of each has a name of its own")
}

// A replica is promoted in place, in two updates, and the others do not notice.
func TestPromotion(t *testing.T) {
	t.Parallel()
	edits := map[string]edit{
		"promoted":  func(a *postgres.Args, _ spare) { a.Promoted = map[int]int{1: 0} },
		"backed up": func(a *postgres.Args, _ spare) { a.Promoted = map[int]int{1: 7} },
	}
	for _, step := range []struct {
		from, to string
		changed  []string
	}{
		{"", "promoted", []string{
			"deleteAutomatedBackups", "deletionProtection", "finalSnapshotIdentifier", "replicateSourceDb",
			"skipFinalSnapshot",
		}},
		{"promoted", "backed up", []string{"backupRetentionPeriod", "backupWindow", "multiAz", "password"}},
	} {
		diff := compare(t, edits, step.from, step.to)
		require.Equal(t, []string{"db-replica-1"}, names(diff.Update))
		require.Equal(t, step.changed, diff.Update[0].Changed)
		require.Empty(t, diff.Create)
		require.Empty(t, diff.Replace)
		require.Empty(t, diff.Delete)
	}
}

func compare(t *testing.T, edits map[string]edit, from, to string) *graph.Diff {
	t.Helper()
	diff, err := graph.Compare(program(edits, nil), edited(from), edited(to))
	require.NoError(t, err)
	return diff
}

func names(changes []graph.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Name)
	}
	slices.Sort(list)
	return list
}

// Storage that is to shrink is refused before anything is touched, as AWS would refuse it in the middle.
func TestStorageDoesNotShrink(t *testing.T) {
	t.Parallel()
	less := program(map[string]edit{"less": func(a *postgres.Args, _ spare) { a.Storage.GiB = 50 }}, nil)
	_, err := graph.Compare(less, edited(""), edited("less"))
	require.ErrorContains(t, err, "allocatedStorage: got 50, want 100 or more: RDS never takes storage back")
}
