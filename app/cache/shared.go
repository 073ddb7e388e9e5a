package cache

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Store is a cache that all processes share. Its methods compare and change in one step.
type Store interface {
	// Get returns what is kept. Of a key without data the first one to ask gets the lease, which ends by itself.
	Get(ctx context.Context, key string, lease time.Duration) (Got, error)
	// Fill keeps data unless the key is at a newer version, and reports whether it did. Version 0 says that there is
	// no such value: when one is kept, both are dropped.
	Fill(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) (bool, error)
	// Set keeps data whatever is there.
	Set(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) error
	// Floor drops what is older than version, keeps it from coming back, and tells the other processes.
	Floor(ctx context.Context, key string, version int64, ttl time.Duration) error
	// Forget drops data; a floor stays.
	Forget(ctx context.Context, key string) error
	// Release ends the lease of a key that is not filled.
	Release(ctx context.Context, key string) error
	// Subscribe calls tell with each floor of any process, and with an empty key when it may have missed some.
	Subscribe(ctx context.Context, tell func(key string, version int64))
	// Answered reports whether an error is an answer, so that the store itself is well.
	Answered(err error) bool
}

// Got is what a Store keeps of a key.
type Got struct {
	Version int64  // of data, or else the floor
	Data    []byte // nil: none
	Lease   bool   // the caller reads it for all
}

// Limits of the shared cache. Default DefaultLimits.
type Limits struct {
	Call     time.Duration // of one call
	Calls    int           // at the same time; also those that nobody waits for any more
	Failures int           // in a row that open the breaker
	Pause    time.Duration // of an open breaker
	Owed     int           // invalidations that wait for the cache's return
}

// DefaultLimits keep an outage of the cache out of a request's 50 ms and more.
func DefaultLimits() Limits {
	return Limits{
		Call: 50 * time.Millisecond, Calls: 128, Failures: 5, Pause: 500 * time.Millisecond, Owed: 10_000,
	}
}

var (
	errOpen     = errors.New("shared cache: it did not answer lately")
	errAllTaken = errors.New("shared cache: too many calls at the same time")
)

// Shared bounds what the calls of a Store cost, and repeats invalidations that it has missed.
type Shared struct {
	store   Store
	limits  Limits
	log     *slog.Logger
	breaker *breaker
	slots   chan struct{}
	stop    context.CancelFunc
	running sync.WaitGroup
	owed    owed

	failures, skipped atomic.Int64

	mu        sync.Mutex
	listeners map[string]func(key string, version int64) // by prefix
}

// NewShared returns a Shared and starts listening to the news of other processes.
func NewShared(ctx context.Context, store Store, limits Limits, log *slog.Logger) *Shared {
	ctx, stop := context.WithCancel(ctx)
	s := &Shared{
		store: store, limits: limits, log: log, stop: stop, slots: make(chan struct{}, limits.Calls),
		breaker:   &breaker{failures: limits.Failures, pause: limits.Pause, now: time.Now},
		owed:      owed{limit: limits.Owed, byKey: map[string]debt{}},
		listeners: map[string]func(string, int64){},
	}
	s.running.Go(func() { store.Subscribe(ctx, s.news) })
	s.running.Go(func() { s.payAll(ctx) })
	return s
}

// Close returns when no call is in flight. The Store must still be open.
func (s *Shared) Close() {
	s.stop()
	s.running.Wait()
}

// SharedCounts are since the start of the process.
type SharedCounts struct {
	Failures int64 // calls without a good answer
	Skipped  int64 // calls that were not made: the breaker was open, or too many were in flight
	Owed     int   // invalidations that the cache has still to be told
	Dropped  int64 // of these, those given up because they were too many; the time of what is kept bounds the harm
	Open     bool  // nobody is let through
}

// Counts returns what was counted.
func (s *Shared) Counts() SharedCounts {
	waiting, dropped := s.owed.counts()
	return SharedCounts{
		Failures: s.failures.Load(), Skipped: s.skipped.Load(), Owed: waiting, Dropped: dropped, Open: s.breaker.open(),
	}
}

// do makes one call. The caller waits no longer than the limit, whatever the call does: a client that dials, or whose
// queue is full, may not look at its context.
func (s *Shared) do(ctx context.Context, call func(ctx context.Context) error) error {
	if !s.breaker.allow() {
		s.skipped.Add(1)
		return errOpen
	}
	select {
	case s.slots <- struct{}{}:
	default:
		s.skipped.Add(1)
		return errAllTaken
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Call)
	ended := make(chan error, 1)
	s.running.Go(func() {
		defer cancel()
		defer func() { <-s.slots }()
		ended <- call(ctx)
	})
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = ctx.Err()
		select {
		case err = <-ended: // cancel came from the end of the call
		default:
		}
	}
	was := s.breaker.open()
	s.breaker.record(err == nil || s.store.Answered(err))
	if err != nil {
		s.failures.Add(1)
		if is := s.breaker.open(); is && !was {
			s.log.WarnContext(ctx, "the shared cache does not answer; reads go to the store", slog.Any("error", err))
		}
	}
	return err
}

func (s *Shared) get(ctx context.Context, key string, lease time.Duration) (got Got, err error) {
	answer := make(chan Got, 1)
	err = s.do(ctx, func(ctx context.Context) error {
		got, err := s.store.Get(ctx, key, lease)
		answer <- got
		return err
	})
	if err != nil {
		return Got{}, err
	}
	return <-answer, nil
}

// outrun keeps an entry, and reports whether a newer one was there.
func (s *Shared) outrun(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) bool {
	answer := make(chan bool, 1)
	err := s.do(ctx, func(ctx context.Context) error {
		kept, err := s.store.Fill(ctx, key, version, data, ttl)
		answer <- kept
		return err
	})
	return err == nil && !<-answer
}

func (s *Shared) set(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) {
	_ = s.do(ctx, func(ctx context.Context) error { return s.store.Set(ctx, key, version, data, ttl) })
}

// forget is best effort: what is forgotten is no newer than what may be kept.
func (s *Shared) forget(ctx context.Context, key string) {
	_ = s.do(ctx, func(ctx context.Context) error { return s.store.Forget(ctx, key) })
}

// release is best effort: a lease ends by itself.
func (s *Shared) release(ctx context.Context, key string) {
	_ = s.do(ctx, func(ctx context.Context) error { return s.store.Release(ctx, key) })
}

// floor invalidates, now or, when the cache does not answer, as soon as it does again: it may come back with the old
// value. After the time that values are kept, the old one is gone by itself.
func (s *Shared) floor(ctx context.Context, key string, version int64, ttl, keep time.Duration) {
	err := s.do(ctx, func(ctx context.Context) error { return s.store.Floor(ctx, key, version, ttl) })
	if err != nil {
		s.owed.add(key, debt{version: version, ttl: ttl, until: time.Now().Add(keep + keep/10)})
	}
}

// listen tells a cache what other processes wrote of its keys, until forget is called.
func (s *Shared) listen(prefix string, tell func(key string, version int64)) (forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[prefix] = tell
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, prefix)
	}
}

func (s *Shared) news(key string, version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for prefix, tell := range s.listeners {
		if key == "" || strings.HasPrefix(key, prefix) {
			tell(key, version)
		}
	}
}
