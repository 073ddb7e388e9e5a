package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/postgres"
)

// inOneAlarm is how many metrics an alarm can read  [Amazon CloudWatch User Guide, quotas, 2026-09].
const inOneAlarm = 10

// ServerOverload triggers phase 3: the servers, or the one primary, cannot take the load any more.
func ServerOverload(servers *fleet.Fleet, db *postgres.Postgres) Trigger {
	return Trigger{
		kind: "ServerOverload", next: 3,
		check: func(c *check.Args, field string) {
			c.Given(servers != nil && len(servers.InstanceIDs) > 0, field,
				"ServerOverload of a fleet component with servers")
			checkPostgres(c, field, "ServerOverload", db)
		},
		signs: func(s scope) []sign {
			list := processors(servers.InstanceIDs)
			list = append(list, s.peak(s.app()("Requests", "Sum"),
				"Servers are added by hand, and DNS spreads the users over them unevenly",
				"a load balancer in front of servers that come and go with the load"))
			return append(list, primarySigns(db.InstanceIDs, db.Class, db.StorageGiB)...)
		},
	}
}

// processors are one sign for ten servers at a time, as many as one alarm can read.
func processors(instances []pulumi.StringOutput) []sign {
	var list []sign
	for first := 0; first < len(instances); first += inOneAlarm {
		ten := instances[first:min(first+inOneAlarm, len(instances))]
		parts := map[string]metric{}
		for i, instance := range ten {
			parts[fmt.Sprintf("m%d", i)] = ec2(instance)("CPUUtilization", "Average")
		}
		g := sign{
			name: "processors", title: "Processors, percent, by the hour",
			seen:   fmt.Sprintf("the servers were more than %d %% busy on average", busyPercent),
			limits: "When one of them fails, the others cannot take its users",
			gives:  "a group that adds servers by itself, over three zones",
			metric: metric{expression: "AVG(METRICS())", parts: parts}, comparison: above, threshold: busyPercent,
		}
		if len(instances) > inOneAlarm {
			g.name = fmt.Sprintf("processors-%d", first+1)
			g.title = fmt.Sprintf("Processors %d to %d, percent, by the hour", first+1, first+len(ten))
		}
		if first > 0 {
			g.title = ""
		}
		list = append(list, g)
	}
	return list
}

// primarySigns are of the database: the primary, and the replicas that follow it.
func primarySigns(instances []pulumi.StringOutput, class string, storageGiB int) []sign {
	primary, most, disk := instance(instances[0]), maxConnections(class), iops(storageGiB)
	list := []sign{
		{
			name: "database-processor", title: "Primary's processor, percent, by the hour",
			seen:   fmt.Sprintf("the database's primary was more than %d %% busy", busyPercent),
			limits: "All writes are its, and a larger class is the only way up",
			gives:  "Aurora, with larger writers, and a shared cache that takes the reads away",
			metric: primary("CPUUtilization", "Average"), comparison: above, threshold: busyPercent,
		},
		{
			name: "database-connections", title: "Primary's connections, by the hour",
			seen: fmt.Sprintf("the primary had more than %d connections, %d %% of the most",
				most*crowdedPercent/100, crowdedPercent),
			limits: "Each server brings a pool of its own, and beyond the last connection requests fail",
			gives:  "a cache that answers most reads without a connection, and readers that are added by themselves",
			metric: primary("DatabaseConnections", "Average"), comparison: above,
			threshold: float64(most * crowdedPercent / 100),
		},
		{
			name: "database-disk", title: "Primary's disk operations a second, by the hour",
			seen:   fmt.Sprintf("the primary's disk did more than %d %% of its %d operations a second", crowdedPercent, disk),
			limits: "Writes wait for the disk, and users for the writes",
			gives:  "Aurora, whose storage has no such limit",
			metric: diskOperations(primary), comparison: above, threshold: float64(disk) * crowdedPercent / 100,
		},
	}
	replicas := instances[1:min(len(instances), inOneAlarm+1)]
	if len(replicas) == 0 {
		return list
	}
	parts := map[string]metric{}
	for i, replica := range replicas {
		parts[fmt.Sprintf("r%d", i+1)] = instance(replica)("ReplicaLag", "Average")
	}
	return append(list, sign{
		name: "replica-lag", title: "Lag of the slowest replica, seconds, by the hour",
		seen:   "a replica was more than 5 seconds behind on an hour's average",
		limits: "A replica replays the primary's writes one after another, and reads go back to the primary meanwhile",
		gives:  "Aurora, whose readers share the writer's storage and are milliseconds behind",
		metric: metric{expression: "MAX(METRICS())", parts: parts}, comparison: above, threshold: 5,
	})
}
