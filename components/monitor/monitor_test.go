package monitor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const (
	typeAlarm     = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeComposite = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
)

func text(format string, args ...any) pulumi.StringOutput {
	return pulumi.String(fmt.Sprintf(format, args...)).ToStringOutput()
}

func texts(count int, format string) []pulumi.StringOutput {
	var list []pulumi.StringOutput
	for i := range count {
		list = append(list, text(format, i))
	}
	return list
}

var (
	server = &vm.VM{InstanceID: text("i-0123456789abcdef0"), VolumeID: text("vol-0123456789abcdef0")}
	app    = servers(2)
	db     = &postgres.Postgres{InstanceIDs: texts(3, "primary-%d"), Class: "db.t4g.medium", StorageGiB: 100}
	group  = &aurora.Aurora{ClusterID: text("cluster"), Class: "db.r7g.xlarge"}
	shared = &cache.Cache{Nodes: texts(3, "cache-0001-%03d"), Shards: 1}
	site   = &web.Web{
		LoadBalancer: text("app/web/0123456789abcdef"),
		Blue:         web.Colour{TargetGroup: text("targetgroup/blue/1"), MachinesGroup: text("blue-machines")},
		Green:        web.Colour{TargetGroup: text("targetgroup/green/2"), MachinesGroup: text("")},
	}
)

func servers(count int) *fleet.Fleet { return &fleet.Fleet{InstanceIDs: texts(count, "i-%017x")} }

// phases are what each phase gives the monitor.
var phases = map[int]Args{
	1: {
		Target:  Target{Availability: 99, P99: 200 * time.Millisecond, PeakQPS: 100},
		Watches: []Watch{Server(server)}, Triggers: []Trigger{DatabaseBottleneck(server)},
	},
	2: {
		Target:   Target{Availability: 99.5, P99: 150 * time.Millisecond, PeakQPS: 1_000},
		Watches:  []Watch{Fleet(app), Postgres(db)},
		Triggers: []Trigger{ServerOverload(app, db)},
	},
	3: {
		Target:   Target{Availability: 99.9, P99: 100 * time.Millisecond, PeakQPS: 10_000},
		Watches:  []Watch{Web(site), Aurora(group), Cache(shared)},
		Triggers: []Trigger{MonolithLimits(site, group)},
	},
}

// program makes a monitor with what the arguments leave out.
func program(args Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		args.Key, args.Region = k, "us-east-1"
		_, err = New(ctx, "monitor", &args)
		return err
	}
}

func record(t *testing.T, args Args) *graph.Graph {
	t.Helper()
	return graphtest.Record(t, program(args))
}

// everyPhase runs a test for each phase.
func everyPhase(t *testing.T, test func(t *testing.T, number int, args Args, g *graph.Graph)) {
	t.Helper()
	for number, args := range phases {
		t.Run(fmt.Sprintf("phase %d", number), func(t *testing.T) {
			t.Parallel()
			test(t, number, args, record(t, args))
		})
	}
}

// The objectives of a phase are the thresholds of the alarms, whatever measures them.
func TestObjectives(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, number int, args Args, g *graph.Graph) {
		t.Helper()
		require.InDelta(t, 100-args.Target.Availability,
			graphtest.Find(t, g, "monitor-availability").Inputs["threshold"], 1e-9)
		unit := time.Millisecond
		if number == 3 {
			unit = time.Second // the load balancer's
		}
		latency := graphtest.Find(t, g, "monitor-latency").Inputs
		require.InDelta(t, float64(args.Target.P99)/float64(unit), latency["threshold"], 1e-9)
		require.Equal(t, "p99", latency["extendedStatistic"])
		require.InDelta(t, 0.8*float64(args.Target.PeakQPS), graphtest.Find(t, g, "monitor-load").Inputs["threshold"], 1e-9)
	})
}

// Silence is bad news where something reports by itself, and no news where only trouble is counted.
func TestSilence(t *testing.T) {
	t.Parallel()
	want := map[int][]string{
		1: {"monitor-backups", "monitor-ready"},
		2: {
			"monitor-postgres-replica-storage-1", "monitor-postgres-replica-storage-2", "monitor-postgres-storage",
			"monitor-ready",
		},
		3: {
			"monitor-aurora-cpu", "monitor-cache-memory-0001-001", "monitor-cache-memory-0001-002",
			"monitor-cache-memory-0001-003", "monitor-ready",
		},
	}
	everyPhase(t, func(t *testing.T, number int, _ Args, g *graph.Graph) {
		t.Helper()
		var got []string
		for _, name := range graphtest.Names(g, typeAlarm) {
			if graphtest.Find(t, g, name).Inputs["treatMissingData"] == rings {
				got = append(got, name)
			}
		}
		require.ElementsMatch(t, want[number], got)
	})
}

// Every alarm tells why it rings, and tells the topic when it does and when it ends.
func TestEveryAlarmReachesTheTopic(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, _ int, _ Args, g *graph.Graph) {
		t.Helper()
		for _, name := range graphtest.Names(g, typeAlarm) {
			alarm := graphtest.Find(t, g, name).Inputs
			require.Contains(t, alarm["alarmActions"].([]any)[0], "arn:aws:sns:us-east-1:", name)
			require.Contains(t, alarm["okActions"].([]any)[0], "arn:aws:sns:us-east-1:", name)
			require.NotEmpty(t, alarm["alarmDescription"], name)
			require.LessOrEqual(t, len(alarm["alarmDescription"].(string)), 1024, "CloudWatch takes no more")
		}
	})
	args := phases[1]
	args.Email = "ops@example.com"
	require.Equal(t, "ops@example.com", graphtest.Find(t, record(t, args), "monitor-alerts-email").Inputs["endpoint"])
	require.Empty(t, graphtest.Names(record(t, phases[1]), "aws:sns/topicSubscription:TopicSubscription"))
}

// The alarm of a canary was made before there was a topic to tell.
func TestFailedCanaryReachesTheTopic(t *testing.T) {
	t.Parallel()
	require.NotContains(t, graphtest.Names(record(t, phases[3]), typeComposite), "monitor-web-canary")
	args := phases[3]
	args.Watches = append([]Watch{Web(&web.Web{
		LoadBalancer: site.LoadBalancer, Blue: site.Blue, Green: site.Green,
		CanaryAlarm: text("web-canary-1a2b"), HasCanary: true,
	})}, args.Watches[1:]...)
	told := graphtest.Find(t, record(t, args), "monitor-web-canary").Inputs
	require.Equal(t, `ALARM("web-canary-1a2b")`, told["alarmRule"])
	require.Contains(t, told["alarmActions"].([]any)[0], "arn:aws:sns:us-east-1:")
}

func TestMachinesAreRecovered(t *testing.T) {
	t.Parallel()
	for suffix, g := range map[string]*graph.Graph{
		"": record(t, phases[1]), "-1": record(t, phases[2]), "-2": record(t, phases[2]),
	} {
		require.Contains(t, graphtest.Find(t, g, "monitor-hardware"+suffix).Inputs["alarmActions"],
			"arn:aws:automate:us-east-1:ec2:recover")
		require.Contains(t, graphtest.Find(t, g, "monitor-hang"+suffix).Inputs["alarmActions"],
			"arn:aws:automate:us-east-1:ec2:reboot")
	}
}

// One server of two that answers nobody is missed: it reports no 1, or nothing.
func TestReadyCountsServers(t *testing.T) {
	t.Parallel()
	ready := graphtest.Find(t, record(t, phases[2]), "monitor-ready").Inputs
	require.Equal(t, "Sum", ready["statistic"])
	require.Less(t, 5.0, ready["threshold"], "one server's minutes in a period are too few")
	require.Greater(t, 10.0, ready["threshold"], "two servers' are enough")
}

// All alarms have names of their own, which a climb can only take over, and no name that an owner may use.
func TestNames(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, _ int, _ Args, g *graph.Graph) {
		t.Helper()
		seen := map[any]bool{}
		for _, name := range graphtest.Names(g, typeAlarm) {
			aws := graphtest.Find(t, g, name).Inputs["name"]
			require.False(t, seen[aws], "%s twice", aws)
			seen[aws] = true
			part := strings.TrimPrefix(name, "monitor-")
			require.Equal(t, "ladder-test-"+part, aws)
			first, _, _ := strings.Cut(part, "-")
			require.Contains(t, reserved, first, "an owner could take the name %s, and the climb would fail", part)
		}
	})
}

// The cost that the package comment tells: 0.10 USD for each metric that an alarm reads, and ten of them free.
func TestCost(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, number int, _ Args, g *graph.Graph) {
		t.Helper()
		read := 0
		for _, name := range graphtest.Names(g, typeAlarm) {
			metrics := 1
			if queries, has := graphtest.Find(t, g, name).Inputs["metricQueries"].([]any); has {
				metrics = len(queries) - 1
			}
			require.LessOrEqual(t, metrics, inOneAlarm, name)
			read += metrics
		}
		require.Equal(t, map[int]int{1: 16, 2: 38, 3: 31}[number], read)
	})
}

// The gate stands where deploys go on step by step, and is on when the service is not well.
func TestGate(t *testing.T) {
	t.Parallel()
	g := record(t, phases[3])
	gate := graphtest.Find(t, g, "monitor-gate").Inputs
	require.Equal(t, "ladder-test-gate", gate["alarmName"])
	require.Equal(t, `ALARM("ladder-test-availability") OR ALARM("ladder-test-latency") OR ALARM("ladder-test-ready") OR `+
		`ALARM("ladder-test-unhealthy-blue") OR ALARM("ladder-test-unhealthy-green")`, gate["alarmRule"])
	require.Empty(t, graphtest.Names(record(t, phases[1]), typeComposite))
	require.Empty(t, graphtest.Names(record(t, phases[2]), typeComposite))
}

// A balancer that finds no server answers with errors of its own, which are not among its requests.
func TestErrorsOfTheBalancerCount(t *testing.T) {
	t.Parallel()
	queries := graphtest.Find(t, record(t, phases[3]), "monitor-availability").Inputs["metricQueries"].([]any)
	require.Equal(t, "100 * (FILL(failed, 0) + FILL(refused, 0)) / (FILL(requests, 0) + FILL(refused, 0))",
		queries[0].(map[string]any)["expression"])
	names := map[any]any{}
	for _, query := range queries[1:] {
		names[query.(map[string]any)["id"]] = query.(map[string]any)["metric"].(map[string]any)["metricName"]
	}
	require.Equal(t, map[any]any{
		"failed": "HTTPCode_Target_5XX_Count", "refused": "HTTPCode_ELB_5XX_Count", "requests": "RequestCount",
	}, names)
}

// What stops the database is found before: a slot that holds back logs, ids that run out, credits of T classes.
func TestPostgres(t *testing.T) {
	t.Parallel()
	g := record(t, phases[2])
	require.InDelta(t, 10*gib, graphtest.Find(t, g, "monitor-postgres-slot").Inputs["threshold"], 1)
	require.InDelta(t, 8*gib, graphtest.Find(t, g, "monitor-postgres-storage").Inputs["threshold"], 1)
	require.InDelta(t, 1e9, graphtest.Find(t, g, "monitor-postgres-transactions").Inputs["threshold"], 1)
	require.Contains(t, graphtest.Names(g, typeAlarm), "monitor-postgres-credits")
	args, larger := phases[2], &postgres.Postgres{InstanceIDs: db.InstanceIDs, Class: "db.m7g.large", StorageGiB: 500}
	args.Watches = []Watch{Fleet(app), Postgres(larger)}
	g = record(t, args)
	require.NotContains(t, graphtest.Names(g, typeAlarm), "monitor-postgres-credits")
	require.InDelta(t, 0.8*12_000, graphtest.Find(t, g, "monitor-postgres-disk").Inputs["threshold"], 1)
	lag := graphtest.Find(t, g, "monitor-postgres-replica-lag-2").Inputs["metricQueries"].([]any)
	require.Equal(t, "IF(lag < 0, 3600, lag)", lag[0].(map[string]any)["expression"], "a replica that stopped reports -1")
}

// Nodes are named as AWS numbers them, shard by shard.
func TestCacheNodes(t *testing.T) {
	t.Parallel()
	args := phases[3]
	args.Watches = []Watch{Web(site), Cache(&cache.Cache{Nodes: texts(4, "node-%d"), Shards: 2})}
	lag := graphtest.Find(t, record(t, args), "monitor-cache-lag-0002-001").Inputs
	require.Equal(t, map[string]any{"CacheClusterId": "node-2"}, lag["dimensions"])
}
