package monitor

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func triggerNames(g *graph.Graph) []string {
	var names []string
	for _, name := range graphtest.Names(g, typeAlarm) {
		if part, is := strings.CutPrefix(name, "monitor-trigger-"); is {
			names = append(names, part)
		}
	}
	return names
}

// Each climb of the seed has its signs.
func TestTriggers(t *testing.T) {
	t.Parallel()
	want := map[int][]string{
		1: {"processor", "credits", "disk", "connections"},
		2: {"processors", "requests", "database-processor", "database-connections", "database-disk", "replica-lag"},
		3: {"machines", "writer", "connections", "requests"},
	}
	everyPhase(t, func(t *testing.T, number int, _ Args, g *graph.Graph) {
		t.Helper()
		require.ElementsMatch(t, want[number], triggerNames(g))
		for _, name := range triggerNames(g) {
			r := graphtest.Find(t, g, "monitor-trigger-"+name).Inputs
			require.Equal(t, "ladder-test-trigger-"+name, r["name"])
			require.Equal(t, strconv.Itoa(number+1), r["tags"].(map[string]any)["trigger"])
			require.Contains(t, r["alarmDescription"], "Phase "+strconv.Itoa(number+1)+": ", "what the next phase gives")
		}
	})
}

// A trigger rings on load that comes back: for hours of a day, not for minutes.
func TestTriggersAreSustained(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, _ int, _ Args, g *graph.Graph) {
		t.Helper()
		for _, name := range triggerNames(g) {
			r := graphtest.Find(t, g, "monitor-trigger-"+name).Inputs
			require.InDelta(t, 24, r["evaluationPeriods"], 0, name)
			require.InDelta(t, 3, r["datapointsToAlarm"], 0, name)
			require.Equal(t, quiet, r["treatMissingData"], name)
			if period, plain := r["period"]; plain {
				require.InDelta(t, 3600, period, 0, name)
				continue
			}
			for _, query := range r["metricQueries"].([]any)[1:] {
				require.InDelta(t, 3600, query.(map[string]any)["metric"].(map[string]any)["period"], 0, name)
			}
		}
	})
}

func TestTriggerThresholds(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]map[string]float64{
		1: {"disk": 2100, "connections": 70, "processor": 60},
		2: {"requests": 800, "database-disk": 2100, "database-connections": 235, "replica-lag": 5},
		3: {"requests": 8000, "machines": 95, "writer": 60, "connections": 1892},
	} {
		g := record(t, phases[number])
		for name, threshold := range want {
			require.InDelta(t, threshold, graphtest.Find(t, g, "monitor-trigger-"+name).Inputs["threshold"], 1e-6,
				"phase %d: %s", number, name)
		}
	}
}

// The description is what a person reads: what was seen, why it limits, what the next phase gives.
func TestTriggerDescription(t *testing.T) {
	t.Parallel()
	require.Equal(t, "more than 80 % of 1000 requests a second in 3 hours of the last 24. Servers are added by hand, and "+
		"DNS spreads the users over them unevenly. Phase 3: a load balancer in front of servers that come and go with "+
		"the load.", graphtest.Find(t, record(t, phases[2]), "monitor-trigger-requests").Inputs["alarmDescription"])
}

// A database without replicas has no lag to watch.
func TestTriggerWithoutReplicas(t *testing.T) {
	t.Parallel()
	args, alone := phases[2], &postgres.Postgres{InstanceIDs: db.InstanceIDs[:1], Class: db.Class, StorageGiB: db.StorageGiB}
	args.Watches = []Watch{Fleet(app), Postgres(alone)}
	args.Triggers = []Trigger{ServerOverload(app, alone)}
	require.NotContains(t, triggerNames(record(t, args)), "replica-lag")
}

// An alarm reads ten metrics at most, so that more servers take more alarms.
func TestProcessorsOfManyServers(t *testing.T) {
	t.Parallel()
	args, many := phases[2], servers(25)
	args.Watches, args.Triggers = []Watch{Fleet(many)}, []Trigger{ServerOverload(many, db)}
	names := triggerNames(record(t, args))
	for _, want := range []string{"processors-1", "processors-11", "processors-21"} {
		require.Contains(t, names, want)
	}
}

// The example of db.r7g.xlarge and others in AWS's own tables.
func TestClasses(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]float64{
		"db.t4g.micro": 1, "db.t4g.small": 2, "db.t4g.medium": 4, "db.t4g.large": 8, "db.t4g.2xlarge": 32,
		"db.m7g.large": 8, "db.m8g.48xlarge": 768, "db.r7g.large": 16, "db.r7g.xlarge": 32, "db.r6gd.16xlarge": 512,
		"db.x2g.large": 32, "db.x2g.16xlarge": 1024,
		"": 0, "m7g.large": 0, "db.m7g": 0, "db.m7g.medium": 0, "db.q1.large": 0,
	} {
		require.InDelta(t, want, memoryGiB(class), 0, class)
	}
	require.Equal(t, 84, maxConnections("db.t4g.micro"))
	require.Equal(t, 5000, maxConnections("db.r7g.16xlarge"))
	require.Equal(t, 3000, iops(399))
	require.Equal(t, 12_000, iops(400))
}
