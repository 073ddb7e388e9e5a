package monitor

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

type board struct {
	Widgets []struct {
		Type                string
		X, Y, Width, Height int
		Properties          struct {
			Title, Markdown string
			Period          int
			Metrics         [][]any
			Alarms          []string
			Annotations     struct{ Horizontal []struct{ Value float64 } }
		}
	}
}

func dashboard(t *testing.T, g *graph.Graph) board {
	t.Helper()
	var b board
	body := graphtest.Find(t, g, "monitor-dashboard").Inputs["dashboardBody"].(string)
	require.NoError(t, json.Unmarshal([]byte(body), &b))
	return b
}

// requireTaken holds a dashboard to what CloudWatch takes: widgets side by side, none over another, and its limits.
func requireTaken(t *testing.T, b board) {
	t.Helper()
	require.LessOrEqual(t, len(b.Widgets), 500)
	taken, all := map[[2]int]bool{}, 0
	for _, w := range b.Widgets {
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				require.Less(t, x, rowWidth)
				require.False(t, taken[[2]int{x, y}], "%s%s lies on another", w.Properties.Title, w.Properties.Markdown)
				taken[[2]int{x, y}] = true
			}
		}
		metrics, ids := 0, map[any]bool{}
		for _, row := range w.Properties.Metrics {
			if len(row) > 1 {
				metrics++
			}
			if id := row[len(row)-1].(map[string]any)["id"]; id != nil {
				require.False(t, ids[id], "%s: %s twice in a chart", w.Properties.Title, id)
				ids[id] = true
			}
		}
		require.LessOrEqual(t, metrics, 500, w.Properties.Title)
		require.LessOrEqual(t, len(w.Properties.Alarms), 100)
		require.Equal(t, w.Type == "metric", metrics > 0, w.Properties.Title)
		all += metrics
	}
	require.LessOrEqual(t, all, 2500)
}

// Objectives with their limits come first; the triggers have a row of their own, with theirs, by the hour.
func TestDashboard(t *testing.T) {
	t.Parallel()
	everyPhase(t, func(t *testing.T, number int, args Args, g *graph.Graph) {
		t.Helper()
		b := dashboard(t, g)
		requireTaken(t, b)
		limits := []float64{100 - args.Target.Availability, 0, float64(args.Target.PeakQPS)}
		for i, limit := range limits {
			w := b.Widgets[i]
			require.Equal(t, 0, w.Y)
			require.Len(t, w.Properties.Annotations.Horizontal, 1, w.Properties.Title)
			if limit > 0 {
				require.InDelta(t, limit, w.Properties.Annotations.Horizontal[0].Value, 1e-9)
			}
		}
		triggers, row := len(triggerNames(g)), -1
		for i, w := range b.Widgets {
			if w.Properties.Markdown == fmt.Sprintf("## Time for phase %d?", number+1) {
				row = i
			}
		}
		require.NotEqual(t, -1, row)
		for _, w := range b.Widgets[row+1 : row+1+triggers] {
			require.Len(t, w.Properties.Annotations.Horizontal, 1, w.Properties.Title)
			require.Equal(t, 3600, w.Properties.Period)
		}
	})
}

// More machines and alarms than anybody has still fit.
func TestDashboardOfMany(t *testing.T) {
	t.Parallel()
	for _, count := range []int{11, 200, 1000} {
		b := dashboard(t, record(t, crowd(count, 0)))
		requireTaken(t, b)
	}
	b := dashboard(t, record(t, crowd(2, 1000)))
	requireTaken(t, b)
	states := 0
	for _, w := range b.Widgets {
		states += len(w.Properties.Alarms)
	}
	require.Equal(t, 1000, states, "every own alarm is shown")
}

// crowd is phase 2 with many machines and many alarms of the owner's.
func crowd(machines, own int) Args {
	args, many := phases[2], servers(machines)
	args.Watches = []Watch{Fleet(many), args.Watches[1]}
	args.Triggers = []Trigger{ServerOverload(many, db)}
	for i := range own {
		args.Alarms = append(args.Alarms, Alarm{
			Name: fmt.Sprintf("queue-%d", i+1), Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible",
			Dimensions: map[string]string{"QueueName": fmt.Sprintf("queue-%d", i+1)}, Comparison: "above", Threshold: 1000,
		})
	}
	return args
}
