package aurora_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// account is one in which AWS says that a version is the newest.
type account struct{ newest string }

func (account) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	outputs := args.Inputs.Copy()
	outputs["arn"] = resource.NewProperty("arn:aws:kms:us-east-1:123456789012:key/" + args.Name)
	outputs["result"] = resource.NewProperty("a password")
	return args.Name, outputs, nil
}

func (a account) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{
		"accountId": resource.NewProperty("123456789012"), "version": resource.NewProperty(a.newest),
	}, nil
}

// A version in full, or the provider sends the major again with every change; and no other product's.
func TestNewestVersion(t *testing.T) {
	t.Parallel()
	run := func(newest string) error {
		return pulumi.RunErr(program(nil, nil), pulumi.WithMocks("ladder", "test", account{newest}))
	}
	require.NoError(t, run("16.10"))
	require.NoError(t, pulumi.RunErr(program(nil, nil), pulumi.WithMocks("ladder", "test", account{""}),
		func(info *pulumi.RunInfo) { info.DryRun = true }), "a preview whose provider is known only later")
	for _, newest := range []string{"16.9-limitless", "16", ""} {
		require.ErrorContains(t, run(newest), `newest version of aurora-postgresql16: got "`+newest+`", want a major and a minor`)
	}
}

// P5, P9: what a restore, a global cluster and a promotion leave behind is no difference. The major is one:
// it is how the cluster is upgraded.
func TestWhatComesFromOutsideIsIgnored(t *testing.T) {
	t.Parallel()
	g := record(t, phase3)
	require.Equal(t, []string{"snapshotIdentifier", "globalClusterIdentifier", "replicationSourceIdentifier"},
		graphtest.Find(t, g, "db-cluster").Options.IgnoreChanges)
	for _, name := range graphtest.Names(g, instanceType) {
		instance := graphtest.Find(t, g, name)
		require.Contains(t, instance.Options.IgnoreChanges, "engineVersion")
		require.NotContains(t, instance.Inputs, "engineVersion", "it follows the cluster")
	}
	for name, outside := range map[string]func(*rds.ClusterArgs){
		"joined a Global Database": func(c *rds.ClusterArgs) { c.GlobalClusterIdentifier = pulumi.String("global") },
		"restored":                 func(c *rds.ClusterArgs) { c.SnapshotIdentifier = pulumi.String("snapshot") },
		"promoted":                 func(c *rds.ClusterArgs) { c.ReplicationSourceIdentifier = pulumi.String("source") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program(nil, map[string]func(*rds.ClusterArgs){"outside": outside}),
				edited(""), edited("outside"))
			require.NoError(t, err)
			require.Empty(t, touched(diff))
		})
	}
}

// P6: a final snapshot whose name was never used: new exactly when the cluster is.
func TestFinalSnapshotHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	name := func(change edit) (suffix graph.Resource, snapshot any) {
		g := record(t, change)
		cluster := graphtest.Find(t, g, "db-cluster").Inputs
		require.Equal(t, cluster["clusterIdentifier"].(string)+"-final", cluster["finalSnapshotIdentifier"])
		require.Equal(t, "/aws/rds/cluster/"+cluster["clusterIdentifier"].(string)+"/postgresql",
			graphtest.Find(t, g, "db-logs").Inputs["name"], "the log is kept 30 days, and not for ever")
		return graphtest.Find(t, g, "db-id"), cluster["finalSnapshotIdentifier"]
	}
	suffix, snapshot := name(phase3)
	require.Regexp(t, `^db-[0-9a-f]{8}-final$`, snapshot)
	require.True(t, suffix.Options.Protect)
	grown, same := name(func(a *aurora.Args, _ spare) {
		a.Readers, a.Class, a.BackupDays, a.IOMode, a.Major = aurora.Readers{Min: 5, Max: 9}, "db.r8g.large", 35, aurora.Optimized, 17
	})
	require.Equal(t, suffix.Inputs["keepers"], grown.Inputs["keepers"])
	require.Equal(t, snapshot, same)
	for _, change := range replacing {
		other, _ := name(change)
		require.NotEqual(t, suffix.Inputs["keepers"], other.Inputs["keepers"])
	}
}

// P7: the password is ours; the other kind is not even turned off, because a replica cluster refuses the word.
func TestPasswordIsOurs(t *testing.T) {
	t.Parallel()
	for _, r := range record(t, phase3).Resources {
		require.NotContains(t, r.Inputs, "manageMasterUserPassword", r.Name)
	}
}

// P10: parameter groups of a new major come before the old ones go, and the old ones stay in AWS.
func TestParameterGroups(t *testing.T) {
	t.Parallel()
	g := record(t, phase3)
	for name, want := range map[string]map[string]string{
		"db-cluster-16": {
			"rds.logical_replication": "1 pending-reboot", "rds.force_ssl": "1 immediate",
			"idle_in_transaction_session_timeout": "60000 immediate",
		},
		"db-instance-16": {"log_lock_waits": "1 immediate", "log_min_duration_statement": "1000 immediate"},
	} {
		group := graphtest.Find(t, g, name)
		require.Equal(t, "aurora-postgresql16", group.Inputs["family"])
		require.NotContains(t, group.Inputs, "name", "made up, so that both majors have one")
		require.True(t, group.Options.RetainOnDelete)
		require.False(t, group.Options.DeleteBeforeReplace)
		got := map[string]string{}
		for _, parameter := range group.Inputs["parameters"].([]any) {
			p := parameter.(map[string]any)
			got[p["name"].(string)] = p["value"].(string) + " " + p["applyMethod"].(string)
		}
		require.Equal(t, want, got)
	}
	cluster := graphtest.Find(t, g, "db-cluster").Inputs
	require.Regexp(t, `^db-cluster-16-`, cluster["dbClusterParameterGroupName"])
	require.Regexp(t, `^db-instance-16-`, cluster["dbInstanceParameterGroupName"])
	require.Equal(t, true, cluster["allowMajorVersionUpgrade"], "which the instances' group needs")
}

// P13: autoscaling owns what it adds. The stack names its bounds, and never what is in between.
func TestAutoscaling(t *testing.T) {
	t.Parallel()
	const targetType = "aws:appautoscaling/target:Target"
	require.Empty(t, graphtest.Names(record(t, phase3), targetType))
	g := record(t, func(a *aurora.Args, _ spare) { a.Readers.Max = 6 })
	require.Len(t, graphtest.Names(g, instanceType), 3)
	require.NotContains(t, graphtest.Find(t, g, "db-cluster").Inputs, "clusterMembers")
	bounds := func(g *graph.Graph) []any {
		target := graphtest.Find(t, g, "db-readers").Inputs
		return []any{target["minCapacity"], target["maxCapacity"]}
	}
	require.Equal(t, []any{2.0, 6.0}, bounds(g))
	require.Equal(t, "cluster:"+graphtest.Find(t, g, "db-cluster").Inputs["clusterIdentifier"].(string),
		graphtest.Find(t, g, "db-readers").Inputs["resourceId"])
	require.Equal(t, []any{3.0, 7.0}, bounds(record(t, func(a *aurora.Args, _ spare) {
		a.Readers.Max, a.Readers.Analytics = 6, "db.r7g.large"
	})), "AWS counts the reader for analytics too")
	policy := graphtest.Find(t, g, "db-readers-cpu").Inputs
	tracking := policy["targetTrackingScalingPolicyConfiguration"].(map[string]any)
	require.Equal(t, map[string]any{"predefinedMetricType": "RDSReaderAverageCPUUtilization"},
		tracking["predefinedMetricSpecification"])
	require.InDelta(t, 65, tracking["targetValue"], 5)
	require.Contains(t, graphtest.Find(t, g, "db-readers").Options.DependsOn, graphtest.Find(t, g, "db-3").URN)
}

// P24: there is no cluster without backups, whatever is asked for.
func TestBackupsAreNeverOff(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *aurora.Args, _ spare) { a.BackupDays = 0 })
	require.InDelta(t, 7, graphtest.Find(t, g, "db-cluster").Inputs["backupRetentionPeriod"], 0)
}

// touched lists what a diff does, as "update db-cluster".
func touched(diff *graph.Diff) []string {
	var list []string
	for _, kind := range []struct {
		verb    string
		changes []graph.Change
	}{{"create", diff.Create}, {"update", diff.Update}, {"replace", diff.Replace}, {"delete", diff.Delete}} {
		for _, c := range kind.changes {
			list = append(list, kind.verb+" "+c.Name)
		}
	}
	return list
}

// What a change does: growth never replaces, and nothing else is touched.
func TestChanges(t *testing.T) {
	t.Parallel()
	edits := map[string]edit{
		"two zones":     func(a *aurora.Args, _ spare) { a.Subnets = a.Subnets[:2] },
		"larger":        func(a *aurora.Args, _ spare) { a.Class = "db.r7g.2xlarge" },
		"more readers":  func(a *aurora.Args, _ spare) { a.Readers.Min = 4 },
		"fewer readers": func(a *aurora.Args, _ spare) { a.Readers.Min = 1 },
		"autoscaling":   func(a *aurora.Args, _ spare) { a.Readers.Max = 6 },
		"higher":        func(a *aurora.Args, _ spare) { a.Readers.Max = 9 },
		"analytics":     func(a *aurora.Args, _ spare) { a.Readers.Analytics = "db.r7g.2xlarge" },
		"backups":       func(a *aurora.Args, _ spare) { a.BackupDays = 35 },
		"optimized":     func(a *aurora.Args, _ spare) { a.IOMode = aurora.Optimized },
		"next major":    func(a *aurora.Args, _ spare) { a.Major = 17 },
		"client":        func(a *aurora.Args, _ spare) { a.Clients["jobs"] = pulumi.String("sg-jobs") },
		"client gone":   func(a *aurora.Args, _ spare) { a.Clients = nil },
	}
	for name, c := range map[string]struct {
		from, to string
		want     []string
	}{
		"nothing":            {"", "", nil},
		"larger":             {"", "larger", []string{"update db-1", "update db-2", "update db-3"}},
		"more readers":       {"", "more readers", []string{"create db-4", "create db-5"}},
		"fewer readers":      {"", "fewer readers", []string{"delete db-3"}},
		"autoscaling":        {"", "autoscaling", []string{"create db-readers-cpu", "create db-readers"}},
		"more autoscaling":   {"autoscaling", "higher", []string{"update db-readers"}},
		"a reader beside":    {"", "analytics", []string{"create db-analytics-endpoint", "create db-readers-endpoint", "create db-analytics"}},
		"longer backups":     {"", "backups", []string{"update db-cluster"}},
		"I/O mode":           {"", "optimized", []string{"update db-cluster"}},
		"I/O mode, and back": {"optimized", "", []string{"update db-cluster"}},
		"a third zone":       {"two zones", "", []string{"update db-subnets"}},
		"a client":           {"", "client", []string{"create db-firewall-jobs"}},
		"a client less":      {"", "client gone", []string{"delete db-firewall-web"}},
		"the next PostgreSQL": {"", "next major", []string{
			"create db-cluster-17", "create db-instance-17", "update db-cluster", "delete db-cluster-16", "delete db-instance-16",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program(edits, nil), edited(c.from), edited(c.to))
			require.NoError(t, err)
			require.ElementsMatch(t, c.want, touched(diff), diff.Text())
		})
	}
}

// replacing are the changes that make another cluster.
var replacing = map[string]edit{
	"database": func(a *aurora.Args, _ spare) { a.Database = "shop" },
	"key":      func(a *aurora.Args, second spare) { a.Key = second.key },
	"owner":    func(a *aurora.Args, second spare) { a.Credential = second.owner },
}

// What replaces the cluster says so, and protection refuses it.
func TestReplacement(t *testing.T) {
	t.Parallel()
	outside := map[string]func(*rds.ClusterArgs){
		"engine": func(c *rds.ClusterArgs) { c.Engine = pulumi.String("aurora-mysql") },
	}
	require.True(t, graphtest.Find(t, record(t, phase3), "db-cluster").Options.Protect)
	for _, name := range []string{"database", "key", "owner", "engine"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program(replacing, outside), edited(""), edited(name))
			require.NoError(t, err)
			require.Contains(t, touched(diff), "replace db-cluster")
			for _, change := range diff.Replace {
				require.Equal(t, change.Type == clusterType, change.Stateful, change.Name)
			}
			require.Contains(t, diff.Text(), "DATA LOST")
		})
	}
}
