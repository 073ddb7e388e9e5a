package cache

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	now := time.Now()
	b := &breaker{failures: 3, pause: time.Second, now: func() time.Time { return now }}
	for range 2 {
		b.record(false)
	}
	b.record(true)
	for range 2 {
		b.record(false)
	}
	require.True(t, b.allow(), "failures have to be in a row")
	b.record(false)
	require.True(t, b.open())
	require.False(t, b.allow())

	now = now.Add(time.Second)
	require.True(t, b.allow(), "one tries")
	require.False(t, b.allow(), "only one")
	b.record(false)
	require.False(t, b.allow())

	now = now.Add(time.Second)
	require.True(t, b.allow())
	b.record(true)
	require.False(t, b.open())
	require.True(t, b.allow())
	require.True(t, b.allow())
}
