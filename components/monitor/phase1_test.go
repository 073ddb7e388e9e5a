package monitor

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/golden"
)

// Phase 1 is out in the world: its alarms and its dashboard stay as they were before there were triggers, to the
// letter.
func TestPhase1Stays(t *testing.T) {
	t.Parallel()
	args := phases[1]
	args.Triggers, args.Email = nil, "ops@example.com"
	inputs := map[string]any{}
	for _, r := range record(t, args).Resources {
		if strings.HasPrefix(r.Name, "monitor") {
			inputs[r.URN] = r.Inputs
		}
	}
	text, err := json.MarshalIndent(inputs, "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "phase1.golden", string(text)+"\n")
}
