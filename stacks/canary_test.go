package stacks_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

// A canary on the real engine, step by step: each does what diff says beforehand, nothing that serves users is replaced
// or deleted on the way, and a second run of each step changes nothing.
func TestCanaryOnTheEngine(t *testing.T) {
	t.Parallel()
	stable := releasetest.Artifact(t, release.ARM64)
	trial := another(t, stable)
	step := func(artifact string, weight int) map[string]string {
		set := map[string]string{"ladder:artifact": artifact}
		if weight >= 0 {
			set["ladder:canary"] = fmt.Sprintf(`{"artifact": %q, "weight": %d}`, trial, weight)
		}
		return set
	}
	trials := []struct {
		name string
		set  map[string]string
	}{
		{"stable", step(stable, -1)},
		{"a canary without users", step(stable, 0)},
		{"5 percent", step(stable, 5)},
		{"rolled back by hand", step(stable, 0)},
		{"50 percent", step(stable, 50)},
		{"all", step(stable, 100)},
		{"promoted", step(trial, 100)},
		{"over", step(trial, -1)},
	}
	s := simulate(t)
	before := run(t, "phase3", trials[0].set)
	_, err := s.stack(t, "phase3", stacks.Run, before.Config).Up(t.Context())
	require.NoError(t, err)
	for _, next := range trials[1:] {
		after := run(t, "phase3", next.set)
		predicted, err := graph.Compare(stacks.Run, before, after)
		require.NoError(t, err, next.name)
		for _, replaced := range predicted.Replace { // the binary: the new one is there before the old one goes
			require.Equal(t, "release-app", replaced.Name, next.name)
		}
		for _, gone := range predicted.Delete {
			require.NotContains(t, []string{"web-rule", "web-alb", "web-blue", "web-green", "web-blue-machines"}, gone.Name, next.name)
		}
		stack := s.stack(t, "phase3", stacks.Run, after.Config)
		up, err := stack.Up(t.Context())
		require.NoError(t, err, next.name)
		require.Equal(t, operations(predicted), steps(up), next.name)
		again, err := stack.Up(t.Context())
		require.NoError(t, err, next.name)
		require.Zero(t, again.Changes, "%s, once more: %+v", next.name, again.Resources)
		before = after
	}
}
