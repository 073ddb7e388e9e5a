package enginetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/engine/enginetest"
)

func TestFakeAnswersAndRecords(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	var seen []engine.Event
	f := &enginetest.Fake{
		Events:  func(e engine.Event) { seen = append(seen, e) },
		Emit:    []engine.Event{{Name: "net", Stage: engine.Done}},
		Results: map[string]*engine.Result{"up": {Changes: 2}},
		Errors:  map[string]error{"refresh": boom},
		Holds:   &engine.State{Resources: []engine.StateResource{{Name: "db", Protect: true}}},
		Hang:    "preview",
	}
	r, err := f.Up(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, r.Changes)
	require.Len(t, seen, 1)
	_, err = f.Refresh(t.Context())
	require.ErrorIs(t, err, boom)
	_, err = f.Destroy(t.Context(), false)
	require.ErrorIs(t, err, engine.ErrProtected)
	r, err = f.Destroy(t.Context(), true)
	require.NoError(t, err)
	require.NotNil(t, r.Resources)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Preview(ctx)
	require.ErrorIs(t, err, engine.ErrCancelled)
	require.Equal(t, []string{"up", "refresh", "destroy", "destroy --include-data", "preview"}, f.Calls())
}
