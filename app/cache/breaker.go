package cache

import (
	"sync"
	"time"
)

// breaker keeps callers from a shared cache that does not answer: after some failures in a row it lets nobody through
// for a while, then one, who decides.
type breaker struct {
	failures int           // in a row that open it
	pause    time.Duration // below a second: an outage of the cache that is over must not last
	now      func() time.Time

	mu    sync.Mutex
	count int
	until time.Time
}

func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count < b.failures {
		return true
	}
	now := b.now()
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(b.pause)
	return true
}

func (b *breaker) record(good bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if good {
		b.count = 0
		return
	}
	b.count = min(b.count+1, b.failures)
	if b.count == b.failures {
		b.until = b.now().Add(b.pause)
	}
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count == b.failures
}
