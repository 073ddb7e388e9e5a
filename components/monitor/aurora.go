package monitor

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/internal/check"
)

// Aurora watches a cluster by the roles of its instances, so that a failover and readers that autoscaling adds change
// no alarm. Class is the one it was made with.
func Aurora(db *aurora.Aurora) Watch {
	return Watch{
		kind: "Aurora",
		check: func(c *check.Args, field string) {
			c.Given(db != nil, field, "Aurora of an aurora component")
		},
		alarms: func(scope) []alarm { return slices.Concat(auroraAlarms(db), globalAlarms(db)) },
		charts: func(scope) []chart { return auroraCharts(db.ClusterID) },
	}
}

// role are the metrics of a cluster's WRITER, or of its READERs together.
func role(cluster pulumi.StringInput, role string) func(name, statistic string) metric {
	return per("AWS/RDS", pulumi.StringMap{"DBClusterIdentifier": cluster, "Role": pulumi.String(role)})
}

// clusterLag is that of the slowest reader, in milliseconds.
func clusterLag(cluster pulumi.StringInput) metric {
	return per("AWS/RDS", pulumi.StringMap{"DBClusterIdentifier": cluster})("AuroraReplicaLagMaximum", "Maximum")
}

// globalAlarms watch how far a secondary of a Global Database is behind. The metric goes where a switchover takes the
// secondary, so that here it is silent then.
func globalAlarms(db *aurora.Aurora) []alarm {
	if db.Global.Role != aurora.Secondary {
		return nil
	}
	return []alarm{{
		name: "aurora-global-lag", why: "the cluster is more than a second behind that of the other region",
		metric:     per("AWS/RDS", globaldb.LagDimensions(db))(globaldb.ReplicationLag, "Maximum"),
		comparison: above, threshold: 1000,
		minutes: 1, periods: 5, missing: quiet,
	}}
}

func auroraAlarms(db *aurora.Aurora) []alarm {
	cluster, class := db.ClusterID, db.Class
	writer, readers, most := role(cluster, "WRITER"), role(cluster, "READER"), maxConnections(class)
	// Of a Global Database one cluster has the writer, and a switchover takes it to the other.
	without := rings
	if db.Global.Role != aurora.Alone {
		without = quiet
	}
	return []alarm{
		{
			name: "aurora-cpu", why: "the writer is more than 80 % busy, or there is none",
			metric: writer("CPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: without,
		},
		{
			name: "aurora-reader-cpu", why: "the readers are more than 80 % busy, though autoscaling adds some at 65 %",
			metric: readers("CPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "aurora-connections", why: crowded("the writer", most),
			metric: writer("DatabaseConnections", "Maximum"), comparison: above, threshold: float64(most * 80 / 100),
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "aurora-replica-lag", why: "a reader is more than a second behind; it is 20 milliseconds on a good day",
			metric: clusterLag(cluster), comparison: above, threshold: 1000,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			// Aurora keeps three quarters for its buffers, so that less is left than in other databases.
			name: "aurora-memory", why: "less than a twentieth of the writer's memory is left",
			metric: writer("FreeableMemory", "Average"), comparison: below, threshold: memoryGiB(class) * gib / 20,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name:   "aurora-transactions",
			why:    vacuumBehind,
			metric: writer("MaximumUsedTransactionIDs", "Maximum"), comparison: above, threshold: maxTransactionIDs,
			minutes: 5, periods: 3, missing: quiet,
		},
	}
}

func auroraCharts(cluster pulumi.StringInput) []chart {
	writer, readers := role(cluster, "WRITER"), role(cluster, "READER")
	both := func(name, statistic string) []line {
		return []line{
			{metric: writer(name, statistic), label: "writer"}, {metric: readers(name, statistic), label: "readers"},
		}
	}
	return []chart{
		{title: "Processors, percent", lines: both("CPUUtilization", "Average")},
		{title: "Connections of an instance", lines: both("DatabaseConnections", "Maximum")},
		{title: "Memory left, bytes", lines: both("FreeableMemory", "Average")},
		{
			title: "Lag of the slowest reader, milliseconds", lines: lines(clusterLag(cluster)),
			limit: 1000, label: "alarm",
		},
		{title: "Commits, milliseconds each", lines: lines(writer("CommitLatency", "Average"))},
		{title: "Deadlocks a second", lines: lines(writer("Deadlocks", "Average"))},
	}
}
