package cache

import (
	"math"
	"time"

	"github.com/maypok86/otter/v2"
)

const entryBytes = 256 // of an entry beside key and value, about

// local is what the process keeps itself: otter bounds its bytes and ends what is too old. It does not load, because
// a load is shared only by those who know of no newer write than its first reader.
type local[T any] struct {
	config Config[T]
	cache  *otter.Cache[string, kept[T]]
	floors *floors
}

// kept is an entry, and how long it lasts.
type kept[T any] struct {
	Entry[T]
	freshUntil time.Time
	keep       time.Duration
}

// firstAfter returns an entry with what the first read of its version told, or that there is no such value: that stands
// for it already. With something later its reader has seen more than what is kept holds, and reads again each time.
func (k kept[T]) firstAfter(e Entry[T]) Entry[T] {
	switch {
	case e.Found && k.Found && k.Version == e.Version:
		e.After = k.After
	case !e.Found && k.GoneBy != 0:
		e.After, e.GoneBy = k.After, k.GoneBy
	}
	return e
}

func newLocal[T any](config Config[T]) (*local[T], error) {
	const forFloors = 8 // a part of the bytes
	cache, err := otter.New(&otter.Options[string, kept[T]]{
		MaximumWeight: uint64(max(config.Bytes-config.Bytes/forFloors, 0)),
		Weigher: func(key string, value kept[T]) uint32 {
			size := len(key) + len(value.Token) + len(value.After) + entryBytes
			if value.Found {
				size += config.Size(value.Value)
			}
			return uint32(min(size, math.MaxUint32)) //nolint:gosec // G115: bounded
		},
		// A goroutine for each upkeep costs more than the upkeep. What runs under otter's locks here asks it nothing.
		Executor: func(upkeep func()) { upkeep() },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, kept[T]]) time.Duration {
			return e.Value.keep
		}),
	})
	if err != nil {
		return nil, err
	}
	floors := newFloors(config.Times.Floor, config.Bytes/forFloors, config.Now)
	return &local[T]{config: config, cache: cache, floors: floors}, nil
}

func (l *local[T]) get(key string) (kept[T], bool) { return l.cache.GetIfPresent(key) }

// put keeps an entry unless a newer one is known, and reports whether it did. That there is no such value is believed
// only of a key of which nothing is known: told of one that exists, one of the two reads was old, and both are dropped.
func (l *local[T]) put(key string, e Entry[T]) bool {
	put := false
	l.cache.Compute(key, func(have kept[T], found bool) (kept[T], otter.ComputeOp) {
		put = false
		switch {
		case e.Version < l.floors.of(key):
			return have, otter.CancelOp
		case found && !e.Found && have.Found:
			return have, otter.InvalidateOp
		case found && (have.Version > e.Version || have.Version == e.Version && have.ReadAt > e.ReadAt):
			return have, otter.CancelOp
		}
		put = true
		return l.timed(e), otter.WriteOp
	})
	return put
}

func (l *local[T]) timed(e Entry[T]) kept[T] {
	times := l.config.Times
	keep, fresh := times.Keep, times.Fresh
	if !e.Found {
		keep, fresh = times.Negative, times.Negative
	}
	return kept[T]{Entry: e, keep: times.vary(keep), freshUntil: l.config.Now().Add(times.vary(fresh))}
}

// floor drops what is older than version, and keeps it from coming back. What is put meanwhile is either refused by the
// floor or dropped after it: Compute waits for a put also of a key that is not there yet, ComputeIfPresent does not.
func (l *local[T]) floor(key string, version int64) {
	l.floors.raise(key, version)
	l.cache.Compute(key, func(have kept[T], found bool) (kept[T], otter.ComputeOp) {
		if !found || have.Version >= version {
			return have, otter.CancelOp
		}
		return have, otter.InvalidateOp
	})
}

func (l *local[T]) close() {
	l.cache.InvalidateAll()
	l.cache.StopAllGoroutines()
}
