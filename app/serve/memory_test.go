package serve

import (
	"log/slog"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsUsedUnlessTheEnvironmentSaysOtherwise(t *testing.T) { //nolint:paralleltest // of the whole process
	const own = 1 << 40 // what Go has read of GOMEMLIMIT, so to say
	const minHeap = ballastBytes * (100 + gcPercent) / 100
	before, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(own)
	t.Cleanup(func() { debug.SetGCPercent(before); debug.SetMemoryLimit(limit) })
	log := slog.New(slog.DiscardHandler)

	t.Setenv("AUTOMEMLIMIT", "off")
	useMemory(func(string) string { return "50" }, log)
	require.Equal(t, 100, debug.SetGCPercent(100), "Go has read GOGC itself")
	require.Less(t, heapGoal(), 2*ballastBytes, "of twice what lasts the ballast is no part")
	useMemory(func(string) string { return "" }, log)
	require.Greater(t, heapGoal(), minHeap)
	require.Equal(t, gcPercent, debug.SetGCPercent(100))
	require.EqualValues(t, own, debug.SetMemoryLimit(-1))

	t.Setenv("AUTOMEMLIMIT", "")
	t.Setenv("GOMEMLIMIT", "64MiB")
	useMemory(func(string) string { return "" }, log)
	require.EqualValues(t, own, debug.SetMemoryLimit(-1), "Go has read GOMEMLIMIT itself")
}

// heapGoal returns how far the heap grows before it is swept, in bytes.
func heapGoal() int {
	runtime.GC()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	return int(goal[0].Value.Uint64())
}
