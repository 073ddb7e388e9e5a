package cache

import (
	"hash/maphash"
	"sync/atomic"
	"time"
)

// sightMarks is how many keys are remembered, in 256 KiB.
const sightMarks = 1 << 16

// sights remember which keys were asked for lately. Much of what is read is read once, and keeping that costs and
// never gives back: time to put it, and memory in which the collector looks for what lasts. So a key is kept from
// its second sight on, if that comes while it would have been kept: else keeping it would have been for nothing, and
// will be again. [Maggs, Sitaraman: Algorithmic Nuggets in Content Delivery, 2015: cache on second hit].
//
// A key leaves its mark in one place only, where a later one overwrites it: what is forgotten is kept one read later.
type sights struct {
	seed  maphash.Seed
	last  time.Duration // at least, and less than twice as long
	now   func() time.Time
	began time.Time
	marks []atomic.Uint32
}

func newSights(last time.Duration, now func() time.Time) *sights {
	return &sights{
		seed: maphash.MakeSeed(), last: last, now: now, began: now(), marks: make([]atomic.Uint32, sightMarks),
	}
}

// again reports whether a key was seen lately, and remembers it. A mark is a part of the key's hash, and when it was
// seen as a number of turns: after 256 of them an old one counts once more, which does no harm.
func (s *sights) again(key string) bool {
	const turns = 0xff
	sum := maphash.String(s.seed, key)
	turn := uint8(s.now().Sub(s.began) / s.last) //nolint:gosec // G115: it begins again
	mark := uint32(sum>>32)&^turns | uint32(turn)
	seen := s.marks[sum%sightMarks].Swap(mark)
	return (seen^mark)&^turns == 0 && turn-uint8(seen&turns) <= 1
}
