package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/vm"
)

// gp3IOPS is what every gp3 volume does in a second  [Amazon EBS User Guide, General Purpose SSD volumes, 2026-09].
const gp3IOPS = 3000

// DatabaseBottleneck triggers phase 2: the server's database has become the bottleneck.
func DatabaseBottleneck(server *vm.VM) Trigger {
	return Trigger{
		kind: "DatabaseBottleneck", next: 2,
		check: func(c *check.Args, field string) {
			c.Given(server != nil, field, "DatabaseBottleneck of a vm component")
		},
		signs: func(s scope) []sign { return s.bottleneck(ec2(server.InstanceID), server.VolumeID) },
	}
}

func (s scope) bottleneck(machine func(name, statistic string) metric, volume pulumi.StringInput) []sign {
	disk := per("AWS/EBS", pulumi.StringMap{"VolumeId": volume})
	return []sign{
		{
			name: "processor", title: "Processor, percent, by the hour",
			seen:   fmt.Sprintf("the processor was more than %d %% busy", busyPercent),
			limits: "App and database share one machine, and each slows the other down",
			gives:  "the database on machines of its own, with replicas for the reads",
			metric: machine("CPUUtilization", "Average"), comparison: above, threshold: busyPercent,
		},
		{
			name: "credits", title: "Processor credits, by the hour",
			seen:   "the processor's credits were nearly gone",
			limits: "Without them a burstable machine falls back to its baseline (30 % for t4g.large), and looks idle",
			gives:  "app servers without credits, and the database on machines of its own",
			metric: machine("CPUCreditBalance", "Minimum"), comparison: below, threshold: 20,
		},
		{
			name: "disk", title: "Disk operations a second, by the hour",
			seen:   fmt.Sprintf("the data volume did more than %d %% of its %d operations a second", crowdedPercent, gp3IOPS),
			limits: "Reads that miss the memory and writes wait for the same disk",
			gives:  "the reads on replicas with disks of their own, and a cache in the app",
			metric: metric{
				expression: "(reads + writes) / PERIOD(reads)",
				parts:      map[string]metric{"reads": disk("VolumeReadOps", "Sum"), "writes": disk("VolumeWriteOps", "Sum")},
			},
			comparison: above, threshold: crowdedPercent * gp3IOPS / 100,
		},
		{
			name: "connections", title: "Database connections, percent of the most",
			seen:   fmt.Sprintf("more than %d %% of the database's connections were in use", crowdedPercent),
			limits: "Each takes memory from the queries, and beyond the last one requests fail",
			gives:  "connections of primary and replicas together, on machines that do nothing else",
			metric: s.app()("DatabaseConnections", "Average"), comparison: above, threshold: crowdedPercent,
		},
	}
}
