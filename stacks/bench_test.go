package stacks_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/stacks"
)

// BenchmarkGrowth records phase 2 with more and more app servers, and phase 3 with more and more alarms of the owner's
// own. It reports the exponent of processor time over the number added: 1 is linear.
func BenchmarkGrowth(b *testing.B) {
	for name, c := range map[string]struct {
		stack string
		sizes []int
		set   func(config map[string]string, size int)
	}{
		"servers": {"phase2", []int{25, 50, 100, 200}, func(config map[string]string, size int) {
			config["ladder:appServers"] = strconv.Itoa(size)
		}},
		"alarms": {"phase3", []int{125, 250, 500, 1000}, func(config map[string]string, size int) {
			var alarms []map[string]any
			for i := range size {
				alarms = append(alarms, map[string]any{
					"name": fmt.Sprintf("own-%d", i), "namespace": "Shop", "metric": fmt.Sprintf("M%d", i),
					"statistic": "Average", "comparison": "above", "threshold": 1,
				})
			}
			text, err := json.Marshal(alarms)
			require.NoError(b, err)
			config["ladder:alarms"] = string(text)
		}},
	} {
		b.Run(name, func(b *testing.B) {
			var logSizes, logTimes []float64
			for _, size := range c.sizes {
				r := benchRun(b, c.stack)
				base := least(b, r)
				c.set(r.Config, size)
				took := least(b, r) - base
				logSizes = append(logSizes, math.Log(float64(size)))
				logTimes = append(logTimes, math.Log(took.Seconds()))
				b.ReportMetric(took.Seconds()/float64(size)*1e3, fmt.Sprintf("ms/%d", size))
			}
			b.ReportMetric(slope(logSizes, logTimes), "exponent")
			b.ReportMetric(0, "ns/op") // one pass says nothing
		})
	}
}

func benchRun(b *testing.B, name string) graph.Run {
	b.Helper()
	p, err := project.Find(".")
	require.NoError(b, err)
	stack, err := p.Stack(name)
	require.NoError(b, err)
	stack.Config["ladder:artifact"] = releasetest.Artifact(b, release.ARM64)
	return graph.Run{Project: "ladder", Stack: name, Config: stack.Config}
}

// least processor time of three recordings: the machine is shared, and what disturbs only ever adds. Each has an artifact
// of its own, because a stack's own estimate is kept for a config that was seen.
func least(b *testing.B, r graph.Run) time.Duration {
	b.Helper()
	best := time.Hour
	for range 3 {
		r.Config["ladder:artifact"] = releasetest.Artifact(b, release.ARM64)
		begin := processorTime(b)
		_, err := graph.Record(stacks.Run, r)
		require.NoError(b, err)
		best = min(best, processorTime(b)-begin)
	}
	return best
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// slope of the least squares line.
func slope(x, y []float64) float64 {
	var sumX, sumY, sumXX, sumXY float64
	for i := range x {
		sumX, sumY = sumX+x[i], sumY+y[i]
		sumXX, sumXY = sumXX+x[i]*x[i], sumXY+x[i]*y[i]
	}
	n := float64(len(x))
	return (n*sumXY - sumX*sumY) / (n*sumXX - sumX*sumX)
}
