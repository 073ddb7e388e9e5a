package memory

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

func TestKeysEnd(t *testing.T) {
	t.Parallel()
	r, start := newReplays(), time.Now()
	first := r.keep(replayKey{"ann", "1"}, start)
	second := r.keep(replayKey{"ann", "2"}, start.Add(time.Hour))
	require.Same(t, first, r.keep(replayKey{"ann", "1"}, start.Add(app.IdempotencyTime-1)))
	require.NotSame(t, first, r.keep(replayKey{"bob", "1"}, start.Add(2*time.Hour)))

	again := r.keep(replayKey{"ann", "1"}, start.Add(app.IdempotencyTime))
	require.NotSame(t, first, again)
	require.Same(t, second, r.keep(replayKey{"ann", "2"}, start.Add(app.IdempotencyTime)))
	require.Len(t, r.byKey, 3)
	require.Len(t, r.oldest, 3)
}
