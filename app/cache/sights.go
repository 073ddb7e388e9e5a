package cache

import (
	"hash/maphash"
	"sync/atomic"
)

// sightMarks is how many keys are remembered, in 256 KiB.
const sightMarks = 1 << 16

// sights remember which keys were asked for lately. Much of what is read is read once, and keeping that costs and
// never gives back: time to put it, and memory in which the collector looks for what lasts. So a key is kept from
// its second sight on. [Maggs, Sitaraman: Algorithmic Nuggets in Content Delivery, 2015: cache on second hit].
//
// A key leaves its mark in one place only, where a later one overwrites it: what is forgotten is kept one read later.
type sights struct {
	seed  maphash.Seed
	marks []atomic.Uint32
}

func newSights() *sights {
	return &sights{seed: maphash.MakeSeed(), marks: make([]atomic.Uint32, sightMarks)}
}

// again reports whether a key was seen before, and remembers it.
func (s *sights) again(key string) bool {
	sum := maphash.String(s.seed, key)
	const used = 1 // 0 is no key's
	mark := uint32(sum>>32) | used
	return s.marks[sum%sightMarks].Swap(mark) == mark
}
