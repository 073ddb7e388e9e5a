package cache

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSightsLast(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSights(30*time.Second, func() time.Time { return now })
	require.False(t, s.again("k"))
	require.True(t, s.again("k"))
	now = now.Add(30 * time.Second)
	require.True(t, s.again("k"), "it lasts at least as long")
	now = now.Add(time.Minute)
	require.False(t, s.again("k"), "and less than twice")
	require.True(t, s.again("k"))
	now = now.Add(90 * time.Minute)
	require.False(t, s.again("k"), "also much later")
	require.True(t, s.again("k"))
}

// Who reads each of many keys once, again and again, is not to fill the memory with what will have ended when it is
// asked for.
func TestSightsAreOfKeysThatComeBackInTime(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSights(30*time.Second, func() time.Time { return now })
	const keys = 20_000
	again := func() (count int) {
		for i := range keys {
			if s.again(strconv.Itoa(i)) {
				count++
			}
		}
		return count
	}
	require.Zero(t, again())
	require.Greater(t, again(), keys/2, "at once, but for keys whose places others took")
	now = now.Add(time.Minute)
	require.Zero(t, again())
}
