package cache

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFloors(t *testing.T) {
	t.Parallel()
	now := time.Now()
	f := newFloors(30*time.Second, 1<<20, func() time.Time { return now })
	require.Zero(t, f.of("k"))
	f.raise("k", 5)
	f.raise("k", 3)
	require.Equal(t, int64(5), f.of("k"))
	require.Zero(t, f.of("other"))

	now = now.Add(29 * time.Second)
	f.raise("late", 7)
	now = now.Add(time.Second)
	require.Equal(t, int64(5), f.of("k"), "it lasts at least as long")
	f.raise("k", 4)
	require.Equal(t, int64(5), f.of("k"))
	now = now.Add(28 * time.Second)
	require.Equal(t, int64(7), f.of("late"))
	now = now.Add(2 * time.Second)
	require.Zero(t, f.of("late"), "and at most twice")
	require.Equal(t, int64(4), f.of("k"), "raised later")
	now = now.Add(time.Hour)
	require.Zero(t, f.of("k"), "also when nobody asked meanwhile")
}

func TestFloorsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFloors(time.Hour, 1000*floorBytes, time.Now)
	for i := range 10_000 {
		f.raise(strconv.Itoa(i), 1)
		require.Equal(t, int64(1), f.of(strconv.Itoa(max(0, i-400))), "the last ones")
		require.LessOrEqual(t, len(f.young)+len(f.old), 1000)
	}
}

// An old value that is being put when its key is written does not stay, also when the floor was looked at before.
func TestFloorDropsWhatIsBeingPut(t *testing.T) {
	t.Parallel()
	putting, raised := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	config := Config[int64]{Bytes: 1 << 20, Size: func(int64) int { return 8 }, Times: DefaultTimes(), Now: time.Now}
	l, err := newLocal(config)
	require.NoError(t, err)
	defer l.close()
	l.config.Now = func() time.Time { // asked within put, after it has looked at the floor
		if calls.Add(1) == 1 {
			close(putting)
			<-raised
			time.Sleep(20 * time.Millisecond) // for a floor that would not wait
		}
		return time.Now()
	}
	var put sync.WaitGroup
	put.Go(func() { l.put("k", Entry[int64]{Version: 1, Found: true, Value: 1}) })
	<-putting
	go func() {
		for l.floors.of("k") == 0 {
			time.Sleep(time.Millisecond)
		}
		close(raised)
	}()
	l.floor("k", 2)
	put.Wait()
	_, found := l.get("k")
	require.False(t, found)
}
