package cache

import (
	"hash/maphash"
	"sync"
	"time"
)

// floorBytes is what a floor takes in one of two maps, about.
const floorBytes = 32

// floors are the versions below which nothing of a key is kept, for as long as a slow reader may still bring it. Two
// generations take turns, so that none has to be ended by itself: a write costs one place in a map.
//
// A key is known by its hash. Two keys of one hash share the higher floor: then one is not kept for a while, no more.
type floors struct {
	seed maphash.Seed
	last time.Duration // at least, and at most twice as long
	most int           // in a generation; when more are written, they last shorter
	now  func() time.Time

	mu         sync.Mutex
	young, old map[uint64]int64
	turned     time.Time
}

// newFloors returns floors that last for a time, and take a number of bytes at most.
func newFloors(last time.Duration, bytes int64, now func() time.Time) *floors {
	const generations = 2
	return &floors{
		seed: maphash.MakeSeed(), last: last, most: int(max(bytes/floorBytes/generations, 1)), now: now,
		young: map[uint64]int64{}, turned: now(),
	}
}

// raise leaves version as the floor of key, unless it has a higher one.
func (f *floors) raise(key string, version int64) {
	sum := maphash.String(f.seed, key)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn()
	f.young[sum] = max(f.young[sum], version)
}

// of returns the floor of key; 0 is none.
func (f *floors) of(key string) int64 {
	sum := maphash.String(f.seed, key)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn()
	return max(f.young[sum], f.old[sum])
}

func (f *floors) turn() {
	since := f.now().Sub(f.turned)
	if since < f.last && len(f.young) < f.most {
		return
	}
	f.old = f.young
	if since >= 2*f.last { // nobody asked when it was time
		f.old = nil
	}
	f.young, f.turned = map[uint64]int64{}, f.now()
}
