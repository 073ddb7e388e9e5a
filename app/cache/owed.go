package cache

import (
	"context"
	"sync"
	"time"
)

const payInterval = 200 * time.Millisecond

// debt is an invalidation that the shared cache has not been told.
type debt struct {
	version int64
	ttl     time.Duration
	until   time.Time // then the old value has ended by itself
}

// owed are all debts of the process. A process that dies takes its own with it.
type owed struct {
	limit int

	mu      sync.Mutex
	byKey   map[string]debt
	dropped int64
}

func (o *owed) add(key string, d debt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	old, known := o.byKey[key]
	if !known && len(o.byKey) >= o.limit {
		o.dropped++
		return
	}
	if old.version > d.version {
		d.version = old.version
	}
	o.byKey[key] = d
}

// next returns a debt that has not ended.
func (o *owed) next(now time.Time) (key string, d debt, found bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, d := range o.byKey {
		if now.Before(d.until) {
			return key, d, true
		}
		delete(o.byKey, key)
	}
	return "", debt{}, false
}

// paid removes a debt unless a newer one has come.
func (o *owed) paid(key string, d debt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byKey[key].version == d.version {
		delete(o.byKey, key)
	}
}

func (o *owed) counts() (waiting int, dropped int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.byKey), o.dropped
}

func (s *Shared) payAll(ctx context.Context) {
	tick := time.NewTicker(payInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for ctx.Err() == nil && s.payOne(ctx) {
		}
	}
}

// payOne reports whether it is worth to go on.
func (s *Shared) payOne(ctx context.Context) bool {
	key, d, found := s.owed.next(time.Now())
	if !found {
		return false
	}
	err := s.do(ctx, func(ctx context.Context) error { return s.store.Floor(ctx, key, d.version, d.ttl) })
	if err != nil {
		return false
	}
	s.owed.paid(key, d)
	return true
}
