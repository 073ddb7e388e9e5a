package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A hold that was over before a pass had its chance in it: its event may be gone, and wakes nobody.
func TestNextHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, began := holds{}, time.Now()
		require.Zero(t, held.next(began))
		held.add("over", began.Add(-time.Second))
		held.add("now", began)
		require.Zero(t, held.next(began))
		held.add("later", began.Add(time.Minute))
		held.add("soon", began.Add(time.Second))
		require.Equal(t, time.Second, held.next(began))
		time.Sleep(2 * time.Second) // the pass took as long
		require.Equal(t, time.Millisecond, held.next(began), "it has not had its chance yet")
	})
}
