package monitor

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/vm"
)

// Server watches one server with app and database: the objectives, what ends a single machine, what loses data.
func Server(server *vm.VM) Watch {
	return Watch{
		kind: "Server", serves: true,
		check: func(c *check.Args, field string) {
			c.Given(server != nil, field, "Server of a vm component")
		},
		alarms: func(s scope) []alarm {
			return append(s.appService().alarms(s.target, false), s.serverAlarms(ec2(server.InstanceID))...)
		},
		charts: func(s scope) []chart {
			return append(s.appService().charts(s.target), s.serverCharts(ec2(server.InstanceID))...)
		},
	}
}

// ec2 are the metrics of a machine.
func ec2(instance pulumi.StringInput) func(name, statistic string) metric {
	return per("AWS/EC2", pulumi.StringMap{"InstanceId": instance})
}

func (s scope) serverAlarms(machine func(name, statistic string) metric) []alarm {
	app := s.app()
	return append([]alarm{{
		name: "ready", why: "the app does not answer, or not with its database",
		metric: app("Ready", "Minimum"), comparison: below, threshold: 1, minutes: 1, periods: 5, missing: rings,
	}}, append(s.repairs("", machine), []alarm{
		{
			name: "credits", why: "the processor's credits run out; the machine slows down when they end",
			// A new machine starts without credits and earns 36 an hour (t4g.large): an hour passes before this can ring.
			metric: machine("CPUCreditBalance", "Minimum"), comparison: below, threshold: 20,
			minutes: 5, periods: 12, missing: quiet,
		},
		{
			name: "memory", why: "less than a tenth of the memory is left",
			metric: app("mem_used_percent", "Average"), comparison: above, threshold: 90,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "disk", why: "less than a fifth of the data volume is left; raise ladder:dataVolumeGiB",
			metric: app("disk_used_percent", "Maximum"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "backups", why: "no write-ahead log reached the backup bucket for a quarter of an hour",
			metric: app("ArchiveAge", "Maximum"), comparison: above, threshold: 900,
			minutes: 5, periods: 3, missing: rings,
		},
	}...)...)
}

// repairs are the alarms with which EC2 repairs a machine; suffix tells several machines apart.
func (s scope) repairs(suffix string, machine func(name, statistic string) metric) []alarm {
	return []alarm{
		{
			name: "hardware" + suffix, why: "AWS's hardware under the machine fails; EC2 moves the machine",
			metric: machine("StatusCheckFailed_System", "Maximum"), comparison: above, threshold: 0,
			minutes: 1, periods: 2, missing: quiet, action: "recover", region: s.region,
		},
		{
			name: "hang" + suffix, why: "the operating system does not answer; EC2 restarts the machine",
			metric: machine("StatusCheckFailed_Instance", "Maximum"), comparison: above, threshold: 0,
			minutes: 1, periods: 5, missing: quiet, action: "reboot", region: s.region,
		},
	}
}

func (s scope) serverCharts(machine func(name, statistic string) metric) []chart {
	app := s.app()
	return []chart{
		{title: "Processor, percent", lines: lines(machine("CPUUtilization", "Average"))},
		{title: "Processor credits", lines: lines(machine("CPUCreditBalance", "Minimum"))},
		{
			title: "Memory and data volume, percent used",
			lines: lines(app("mem_used_percent", "Average"), app("disk_used_percent", "Maximum")),
		},
		{title: "Ready (1) or not (0)", lines: lines(app("Ready", "Minimum"))},
		{
			title: "Seconds since the last archived log", lines: lines(app("ArchiveAge", "Maximum")),
			limit: 900, label: "alarm",
		},
		{title: "Network, bytes", lines: lines(machine("NetworkIn", "Sum"), machine("NetworkOut", "Sum"))},
	}
}
