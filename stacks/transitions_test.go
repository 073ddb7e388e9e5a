package stacks_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/stacks"
)

// retired names what holds data in one phase and goes in the next, with what has kept the data until then. A move
// takes it down in a step of its own, the last one. Whatever is not named here must stay.
var retired = map[string]map[string]string{
	"phase1-phase2": {
		"server-data":               "copied to RDS by logical replication; the volume leaves a final snapshot",
		"server-backups":            "stays in AWS (retained); its backups are of a database that RDS now backs up",
		"server-backups-encryption": "a setting of the bucket, retained with it",
		"server-backups-lifecycle":  "a setting of the bucket, retained with it: old backups go on expiring",
		"server-backups-private":    "a setting of the bucket, retained with it",
		"server-backups-tls":        "a setting of the bucket, retained with it",
		"server-backups-versioning": "a setting of the bucket, retained with it",
	},
	"phase2-phase3": {
		"postgres-primary":   "copied to Aurora by logical replication; leaves a final snapshot and its automatic backups",
		"postgres-replica-1": "a copy of the primary",
		"postgres-replica-2": "a copy of the primary",
	},
	"phase3-phase4": {
		"release-bucket": "binaries for machines, which make app makes again; pods run the image",
	},
}

// built are the names of the stacks that ship, in the order of the phases.
func built() []string {
	var names []string
	for _, p := range phase.Table {
		if stacks.Built(p.Number) {
			names = append(names, fmt.Sprintf("phase%d", p.Number))
		}
	}
	return names
}

// climb is what becomes of one stack that takes the config of another.
func climb(t *testing.T, from, to string) (*graph.Graph, *graph.Diff) {
	t.Helper()
	before := run(t, from, nil)
	after := run(t, to, nil)
	for _, made := range []string{"ladder:artifact", "ladder:image"} {
		after.Config[made] = before.Config[made]
	}
	g, err := graph.Record(stacks.Run, before)
	require.NoError(t, err)
	diff, err := graph.Compare(stacks.Run, before, after)
	require.NoError(t, err)
	return g, diff
}

// Every pair of neighbours: the whole difference as a golden, and the point of it as assertions.
func TestTransitions(t *testing.T) {
	t.Parallel()
	names := built()
	for i, from := range names[:len(names)-1] {
		to := names[i+1]
		t.Run(from+"-"+to, func(t *testing.T) {
			t.Parallel()
			_, diff := climb(t, from, to)
			golden.Equal(t, from+"-"+to+".diff", diff.Text())
			goes := map[string]bool{}
			for _, c := range slices.Concat(diff.Delete, diff.Replace) {
				if c.Stateful {
					require.NotEmpty(t, retired[from+"-"+to][c.Name], "%s holds data: it must stay, or retired says why not", c.Name)
				}
				goes[c.Name] = true
			}
			for name := range retired[from+"-"+to] {
				require.True(t, goes[name], "retired names %s, which stays", name)
			}
		})
	}
}

// From any phase to any other, up or down, one or more at a time: nothing that holds data is replaced, and what would
// be deleted is protected, so that the engine refuses a jump before it touches anything. What all phases share stays.
func TestNoJumpLosesData(t *testing.T) {
	t.Parallel()
	for _, from := range built() {
		for _, to := range built() {
			if from == to {
				continue
			}
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				g, diff := climb(t, from, to)
				require.Empty(t, lost(diff.Replace))
				require.ElementsMatch(t, lost(diff.Delete), protected(g, diff.Delete, true))
				if from == "phase3" && to == "phase4" {
					require.Empty(t, lost(diff.Delete), "the cluster stays, and is joined by others")
				} else {
					require.NotEmpty(t, lost(diff.Delete), "the other phase keeps its data elsewhere")
				}
				shared := []string{
					"key-key", "net-vpc", "net-public-a", "net-public-b", "db-password", "db-value", "token-seed", "token-value",
				}
				if !slices.Contains([]string{from, to}, "phase4") { // which copies secrets to another region, and runs an image
					shared = append(shared, "db-secret", "token-secret", "release-bucket", "release-current")
				}
				for _, shared := range shared {
					require.True(t, slices.ContainsFunc(g.Resources, func(r graph.Resource) bool {
						return r.Name == shared && slices.Contains(diff.Same, r.URN)
					}), "%s stays as it is", shared)
				}
			})
		}
	}
}

func lost(changes []graph.Change) []string {
	names := []string{}
	for _, c := range changes {
		if c.Stateful && !rebuildable[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names
}

// growth draws a larger shape of a phase out of a smaller one: zones, servers, readers, sizes.
func growth(t *rapid.T, stack string) (before, after map[string]string) {
	before, after = map[string]string{}, map[string]string{}
	grow := func(key string, least, most int) {
		from := rapid.IntRange(least, most).Draw(t, key)
		before[key] = fmt.Sprint(from)
		after[key] = fmt.Sprint(rapid.IntRange(from, most).Draw(t, key+" then"))
	}
	pick := func(key string, values ...string) {
		before[key] = rapid.SampledFrom(values).Draw(t, key)
		after[key] = rapid.SampledFrom(values).Draw(t, key+" then")
	}
	zones := func(least int) {
		slots := []string{`"a":"us-east-1a"`, `"b":"us-east-1b"`, `"c":"us-east-1c"`, `"d":"us-east-1d"`}
		from := rapid.IntRange(least, 4).Draw(t, "zones")
		to := rapid.IntRange(from, 4).Draw(t, "zones then")
		before["ladder:zones"] = "{" + join(slots[:from]) + "}"
		after["ladder:zones"] = "{" + join(slots[:to]) + "}"
	}
	grow("ladder:backupDays", 1, 35)
	switch stack {
	case "phase1":
		zones(1)
		grow("ladder:dataVolumeGiB", 8, 1000)
		pick("ladder:instanceType", "t4g.large", "m7g.large", "c7g.2xlarge")
	case "phase2":
		zones(2)
		grow("ladder:appServers", 1, 5)
		grow("ladder:databaseReaders", 1, 5)
		grow("ladder:databaseStorageGiB", 20, 1000)
		pick("ladder:databaseClass", "db.t4g.medium", "db.m7g.large", "db.r7g.2xlarge")
		pick("ladder:appInstanceTypes", `["c7g.large"]`, `["m7g.xlarge"]`)
	case "phase3":
		zones(3)
		grow("ladder:appServers", 2, 8)
		grow("ladder:databaseReaders", 1, 5)
		grow("ladder:cacheReplicas", 1, 5)
		pick("ladder:databaseClass", "db.r7g.large", "db.r7g.xlarge", "db.r8g.4xlarge")
		pick("ladder:cacheNodeType", "cache.m7g.large", "cache.r7g.xlarge")
		pick("ladder:databaseIOMode", "standard", "optimized")
	case "phase4":
		zones(3)
		grow("ladder:databaseReaders", 1, 5)
		grow("ladder:cacheReplicas", 1, 3)
		grow("ladder:cacheShards", 1, 6)
		pick("ladder:databaseClass", "db.r7g.large", "db.r7g.2xlarge", "db.r8g.4xlarge")
		pick("ladder:usersDatabaseClass", "db.r7g.large", "db.r7g.2xlarge")
		pick("ladder:cacheNodeType", "cache.m7g.large", "cache.r7g.xlarge")
		pick("ladder:databaseIOMode", "standard", "optimized")
		pick("ladder:traffic", `{"peakQps": 20000}`, `{"peakQps": 100000}`)
	}
	return before, after
}

func join(parts []string) string {
	text := parts[0]
	for _, part := range parts[1:] {
		text += "," + part
	}
	return text
}

func TestMain(m *testing.M) {
	flag.Parse()
	// A check records a phase twice: a hundred of them, the default, would take minutes.
	if given := flag.Lookup("rapid.checks"); given.Value.String() == given.DefValue {
		_ = given.Value.Set("12") // it is a number
	}
	os.Exit(m.Run())
}

// Growth in zones, servers, replicas and sizes replaces nothing and deletes nothing, whether it holds data or not; only
// an alarm may go that means nothing for the new size, and a ConfigMap, whose name tells its content.
func TestGrowthReplacesNothing(t *testing.T) {
	t.Parallel()
	for _, stack := range built() {
		base := run(t, stack, nil)
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				before, after := growth(t, stack)
				from, to := base, base
				from.Config, to.Config = maps.Clone(base.Config), maps.Clone(base.Config)
				maps.Copy(from.Config, before)
				maps.Copy(to.Config, after)
				diff, err := graph.Compare(stacks.Run, from, to)
				if err != nil {
					t.Fatalf("%v -> %v: %v", before, after, err)
				}
				gone := slices.DeleteFunc(slices.Clone(diff.Delete), func(c graph.Change) bool {
					return c.Type == "aws:cloudwatch/metricAlarm:MetricAlarm"
				})
				replaced := slices.DeleteFunc(slices.Clone(diff.Replace), func(c graph.Change) bool {
					return c.Type == "kubernetes:core/v1:ConfigMap"
				})
				if len(replaced)+len(gone) > 0 {
					t.Fatalf("%v -> %v:\n%s", before, after, diff.Text())
				}
			})
		})
	}
}
