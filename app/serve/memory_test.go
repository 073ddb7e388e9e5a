package serve

import (
	"log/slog"
	"math"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsUsedUnlessTheEnvironmentSaysOtherwise(t *testing.T) { //nolint:paralleltest // of the whole process
	before, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetGCPercent(before); debug.SetMemoryLimit(limit) })
	log := slog.New(slog.DiscardHandler)

	useMemory(func(string) string { return "50" }, log)
	require.Equal(t, 100, debug.SetGCPercent(100), "Go has read GOGC itself")
	t.Setenv("AUTOMEMLIMIT", "off")
	useMemory(func(string) string { return "" }, log)
	require.Equal(t, gcPercent, debug.SetGCPercent(100))
	require.EqualValues(t, limit, debug.SetMemoryLimit(-1))

	t.Setenv("AUTOMEMLIMIT", "")
	t.Setenv("GOMEMLIMIT", "64MiB")
	useMemory(func(string) string { return "" }, log)
	require.EqualValues(t, int64(math.MaxInt64), debug.SetMemoryLimit(-1), "Go has read GOMEMLIMIT itself")
}
