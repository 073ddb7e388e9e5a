package cache

import "sync/atomic"

type counts struct {
	hits, stale, shared, fills, refused, outrun atomic.Int64
}

func (c *counts) local(source Source) {
	if source == Stale {
		c.stale.Add(1)
		return
	}
	c.hits.Add(1)
}

// Counts are since the start of the process.
type Counts struct {
	Hits    int64 // answers of the process's own cache
	Stale   int64 // of these, too, but old and read again
	Shared  int64 // answers of the shared cache
	Fills   int64 // reads of the store
	Refused int64 // reads whose turn at the store did not come
	Outrun  int64 // reads that were not kept because a newer version was known
	Bytes   int64 // that the process keeps, about
}

// Counts returns what was counted.
func (c *Cache[T]) Counts() Counts {
	return Counts{
		Hits: c.counts.hits.Load(), Stale: c.counts.stale.Load(), Shared: c.counts.shared.Load(),
		Fills: c.counts.fills.Load(), Refused: c.counts.refused.Load(), Outrun: c.counts.outrun.Load(),
		Bytes: int64(c.local.cache.WeightedSize()), //nolint:gosec // G115: bounded by Config.Bytes
	}
}
