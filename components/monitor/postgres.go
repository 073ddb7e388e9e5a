package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/postgres"
)

// maxTransactionIDs of 2.1 billion are left unfrozen before somebody must look: then PostgreSQL takes no more writes.
const maxTransactionIDs = 1_000_000_000

const vacuumBehind = "vacuum falls behind: at 2 billion transaction ids PostgreSQL takes no more writes; " +
	"look for transactions that never end"

// crowded is why connections ring.
func crowded(who string, most int) string {
	return fmt.Sprintf("%s has more than 80 %% of the %d connections that are safe to count on", who, most)
}

// Postgres watches a primary and its replicas.
func Postgres(db *postgres.Postgres) Watch {
	return Watch{
		kind:  "Postgres",
		check: func(c *check.Args, field string) { checkPostgres(c, field, "Postgres", db) },
		alarms: func(scope) []alarm {
			list := primaryAlarms(instance(db.InstanceIDs[0]), db.Class, db.StorageGiB)
			for i, replica := range db.InstanceIDs[1:] {
				list = append(list, replicaAlarms(i+1, instance(replica), db.Class, db.StorageGiB)...)
			}
			return list
		},
		charts: func(scope) []chart { return postgresCharts(db.InstanceIDs) },
	}
}

func checkPostgres(c *check.Args, field, kind string, db *postgres.Postgres) {
	c.Given(db != nil && len(db.InstanceIDs) > 0, field, kind+" of a postgres component")
}

// instance are the metrics of one instance of a database.
func instance(id pulumi.StringInput) func(name, statistic string) metric {
	return per("AWS/RDS", pulumi.StringMap{"DBInstanceIdentifier": id})
}

func diskOperations(db func(name, statistic string) metric) metric {
	return metric{
		expression: "reads + writes",
		parts:      map[string]metric{"reads": db("ReadIOPS", "Average"), "writes": db("WriteIOPS", "Average")},
	}
}

func primaryAlarms(db func(name, statistic string) metric, class string, storageGiB int) []alarm {
	most, disk := maxConnections(class), iops(storageGiB)
	list := []alarm{
		{
			name: "postgres-cpu", why: "the primary is more than 80 % busy",
			metric: db("CPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "postgres-connections", why: crowded("the primary", most),
			metric: db("DatabaseConnections", "Maximum"), comparison: above, threshold: float64(most * 80 / 100),
			minutes: 5, periods: 3, missing: quiet,
		},
		storageAlarm("postgres-storage", "primary", db, storageGiB),
		{
			name: "postgres-memory", why: "less than a tenth of the primary's memory is left",
			metric: db("FreeableMemory", "Average"), comparison: below, threshold: memoryGiB(class) * gib / 10,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name:   "postgres-disk",
			why:    fmt.Sprintf("the primary's disk does more than 80 %% of its %d operations a second", disk),
			metric: diskOperations(db), comparison: above, threshold: 0.8 * float64(disk),
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "postgres-slot",
			why: "a replication slot that nobody reads holds back a tenth of the storage in logs: bring its reader back, " +
				"or drop it (pg_drop_replication_slot)",
			metric: db("OldestReplicationSlotLag", "Maximum"), comparison: above, threshold: float64(storageGiB) * gib / 10,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name:   "postgres-transactions",
			why:    vacuumBehind,
			metric: db("MaximumUsedTransactionIDs", "Maximum"), comparison: above, threshold: maxTransactionIDs,
			minutes: 5, periods: 3, missing: quiet,
		},
	}
	if burstable(class) {
		list = append(list, alarm{
			name: "postgres-credits", why: "the primary's processor credits run out; AWS bills what is used beyond them",
			metric: db("CPUCreditBalance", "Minimum"), comparison: below, threshold: 20,
			minutes: 5, periods: 12, missing: quiet,
		})
	}
	return list
}

func replicaAlarms(ordinal int, db func(name, statistic string) metric, class string, storageGiB int) []alarm {
	named := func(what string) string { return fmt.Sprintf("postgres-replica-%s-%d", what, ordinal) }
	who, most := fmt.Sprintf("replica %d", ordinal), maxConnections(class)
	return []alarm{
		{
			name: named("lag"), why: who + " is more than 30 seconds behind, or has stopped following",
			metric: metric{
				expression: "IF(lag < 0, 3600, lag)", // -1 is what RDS reports when it does not follow any more
				parts:      map[string]metric{"lag": db("ReplicaLag", "Average")},
			},
			comparison: above, threshold: 30, minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: named("cpu"), why: who + " is more than 80 % busy",
			metric: db("CPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: named("connections"), why: crowded(who, most),
			metric: db("DatabaseConnections", "Maximum"), comparison: above, threshold: float64(most * 80 / 100),
			minutes: 5, periods: 3, missing: quiet,
		},
		storageAlarm(named("storage"), who, db, storageGiB),
	}
}

// storageAlarm rings where storage that can grow has grown already: RDS does so at a tenth. An instance whose
// storage is full stops and falls silent.
func storageAlarm(name, who string, db func(name, statistic string) metric, storageGiB int) alarm {
	return alarm{
		name: name, why: fmt.Sprintf("less than 8 %% of %d GiB is left for the %s and it has not grown, or it is silent: "+
			"it has grown to its largest, or within six hours; raise the storage", storageGiB, who),
		metric: db("FreeStorageSpace", "Minimum"), comparison: below, threshold: 0.08 * float64(storageGiB) * gib,
		minutes: 5, periods: 3, missing: rings,
	}
}

func postgresCharts(instances []pulumi.StringOutput) []chart {
	all := func(name, statistic string, from int) []line {
		var list []line
		for i, id := range instances[from:] {
			label := "primary"
			if i+from > 0 {
				label = fmt.Sprintf("replica %d", i+from)
			}
			list = append(list, line{metric: instance(id)(name, statistic), label: label})
		}
		return list
	}
	list := []chart{
		{title: "Processors, percent", lines: all("CPUUtilization", "Average", 0)},
		{title: "Connections", lines: all("DatabaseConnections", "Maximum", 0)},
		{title: "Memory left, bytes", lines: all("FreeableMemory", "Average", 0)},
		{title: "Storage left, bytes", lines: all("FreeStorageSpace", "Minimum", 0)},
		{title: "Disk queue", lines: all("DiskQueueDepth", "Average", 0)},
		{title: "Logs held back by a slot, bytes", lines: all("OldestReplicationSlotLag", "Maximum", 0)[:1]},
	}
	if len(instances) > 1 {
		list = append(list, chart{
			title: "Replicas' lag, seconds", lines: all("ReplicaLag", "Average", 1), limit: 30, label: "alarm",
		})
	}
	return list
}
