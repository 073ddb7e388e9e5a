package monitor

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func record(t *testing.T, target Target, email string) *graph.Graph {
	t.Helper()
	return graphtest.Record(t, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		server := &vm.VM{InstanceID: pulumi.String("i-0123456789abcdef0").ToStringOutput()}
		_, err = New(ctx, "monitor", &Args{Target: target, Server: server, Region: "us-east-1", Key: k, Email: email})
		return err
	})
}

var phase1 = Target{Availability: 99, P99: 200 * time.Millisecond, PeakQPS: 100}

// The objectives of the phase are the thresholds of the alarms.
func TestObjectives(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]Target{
		"phase 1": phase1,
		"phase 3": {Availability: 99.9, P99: 100 * time.Millisecond, PeakQPS: 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := record(t, target, "")
			require.InDelta(t, 100-target.Availability,
				graphtest.Find(t, g, "monitor-availability").Inputs["threshold"], 1e-9)
			latency := graphtest.Find(t, g, "monitor-latency").Inputs
			require.InDelta(t, target.P99.Milliseconds(), latency["threshold"], 1e-9)
			require.Equal(t, "p99", latency["extendedStatistic"])
			require.InDelta(t, 0.8*float64(target.PeakQPS), graphtest.Find(t, g, "monitor-load").Inputs["threshold"], 1e-9)
		})
	}
}

// Silence is bad news where the app or the backups report by themselves.
func TestSilenceRings(t *testing.T) {
	t.Parallel()
	g := record(t, phase1, "")
	for _, name := range []string{"monitor-ready", "monitor-backups"} {
		require.Equal(t, "breaching", graphtest.Find(t, g, name).Inputs["treatMissingData"], name)
	}
}

func TestEveryAlarmReachesTheTopic(t *testing.T) {
	t.Parallel()
	g := record(t, phase1, "ops@example.com")
	require.Len(t, graphtest.Names(g, "aws:cloudwatch/metricAlarm:MetricAlarm"), 10, "ten are free in an account")
	for _, name := range graphtest.Names(g, "aws:cloudwatch/metricAlarm:MetricAlarm") {
		alarm := graphtest.Find(t, g, name)
		actions := alarm.Inputs["alarmActions"].([]any)
		require.Contains(t, actions[0], "arn:aws:sns:us-east-1:", name)
		require.NotEmpty(t, alarm.Inputs["alarmDescription"], name)
	}
	require.Equal(t, "ops@example.com", graphtest.Find(t, g, "monitor-alerts-email").Inputs["endpoint"])
	require.Empty(t, graphtest.Names(record(t, phase1, ""), "aws:sns/topicSubscription:TopicSubscription"))
}

func TestMachineIsRecovered(t *testing.T) {
	t.Parallel()
	g := record(t, phase1, "")
	require.Contains(t, graphtest.Find(t, g, "monitor-hardware").Inputs["alarmActions"],
		"arn:aws:automate:us-east-1:ec2:recover")
	require.Contains(t, graphtest.Find(t, g, "monitor-hang").Inputs["alarmActions"],
		"arn:aws:automate:us-east-1:ec2:reboot")
}

// The dashboard is a document that CloudWatch takes: charts side by side, none over another.
func TestDashboard(t *testing.T) {
	t.Parallel()
	body := graphtest.Find(t, record(t, phase1, ""), "monitor-dashboard").Inputs["dashboardBody"].(string)
	var dashboard struct {
		Widgets []struct {
			X, Y, Width, Height int
			Properties          struct {
				Title   string
				Metrics [][]any
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &dashboard))
	taken := map[[2]int]string{}
	for _, w := range dashboard.Widgets {
		require.LessOrEqual(t, w.X+w.Width, rowWidth)
		require.NotEmpty(t, w.Properties.Metrics, w.Properties.Title)
		require.Empty(t, taken[[2]int{w.X, w.Y}], "%s lies on another chart", w.Properties.Title)
		taken[[2]int{w.X, w.Y}] = w.Properties.Title
	}
	require.Contains(t, body, "objective: 99 % succeed")
}
