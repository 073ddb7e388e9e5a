// Package cache keeps what a service has read: in the process, and in a cache that all processes share.
//
// It only ever answers faster. Every call of the shared cache is short and goes through a breaker, so that its outage
// is more load for the store, up to a bound, and nothing else. What is kept carries its version: a write leaves the
// version that it made as a floor, below which nothing is kept any more, however late a slow reader comes with it.
package cache

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// Gone is the version that a deletion leaves: no value ever reaches it. Lua, which compares versions in the shared
// cache, counts exactly up to here.
const Gone int64 = 1 << 53

// Config says what one cache keeps.
type Config[T any] struct {
	Prefix  string            // of every key; names what is kept and the version of its form
	Bytes   int64             // bound of what the process keeps
	Size    func(value T) int // bytes of a value, about
	Missing func(error) bool  // tells the answer that there is no such value, which is kept too, from a failure
	Absent  func() error      // that answer
	// Holds reports whether a read that was to hold what token stands for holds what also stands for; default always.
	Holds  func(token, also string) bool
	Times  Times            // default DefaultTimes
	Fills  int              // reads of the store at the same time; default 16
	Write  AfterWrite       // default DropOlder
	Shared *Shared          // default none: the process's own only
	Now    func() time.Time // default time.Now
}

// Times are how long things are kept and waited for. Those of keeping vary by a tenth, so that what was read together
// is not read again together.
type Times struct {
	Fresh    time.Duration // a value younger than this is not read again
	Keep     time.Duration // until then an older one is the answer while it is read again
	Negative time.Duration // as Keep, of the answer that there is no such value
	Shared   time.Duration // in the shared cache: the longest that a lost invalidation can last
	Floor    time.Duration // of a write's version; longer than any read takes
	Lag      time.Duration // a read that began this long after a write has seen it: the longest write, any replica's lag
	Load     time.Duration // of one read of the store
	Queue    time.Duration // of a read for its turn at the store
	Lease    time.Duration // for which one process reads a key for all
	Wait     time.Duration // of the others for it

	Together bool // for tests: the times of keeping do not vary
}

// DefaultTimes are for people who look at their own data: who wrote reads it at once, with any device that knows of the
// write, and news of the shared cache ends what is old. Without news, Keep is how old an answer to others can be. It is
// what Aurora typically takes to have a writer again, so that reads of what is asked for again do not miss it.
// [Amazon Aurora MySQL Database Administrator's Handbook, "Designing for fault tolerance and quick recovery": 30 s].
func DefaultTimes() Times {
	return Times{
		Fresh: 15 * time.Second, Keep: 30 * time.Second, Negative: 2 * time.Second, Shared: time.Minute,
		Floor: 30 * time.Second, Lag: 8 * time.Second, Load: 3 * time.Second, Queue: time.Second,
		Lease: time.Second, Wait: 250 * time.Millisecond,
	}
}

// AfterWrite is what happens to a key after a write.
type AfterWrite int

// DropOlder leaves the new version as a floor. SetBlindly keeps the written value without comparing versions, as many
// caches do: two writes, or a write and a slow read, then leave the older value. It is for tests that show that.
const (
	DropOlder AfterWrite = iota
	SetBlindly
)

// Loaded is a value, its version, and what the store told of how new it is, in its own terms.
type Loaded[T any] struct {
	Value   T
	Version int64
	Token   string

	GoneBy time.Time // with the answer that there is no such value: there was none at this time. The cache sets it
}

// Load reads a value from the store.
type Load[T any] func(ctx context.Context) (Loaded[T], error)

// Source is where an answer came from, in the terms of app.Origin.
type Source string

// The sources. Off is for callers who do not ask the cache.
const (
	Hit   Source = "hit"
	Stale Source = "stale" // kept, and being read again
	Miss  Source = "miss"
	Off   Source = "off"
)

// Cache keeps values of one kind.
type Cache[T any] struct {
	config  Config[T]
	local   *local[T]
	shared  *Shared
	sights  *sights
	flights flights[T]
	slots   chan struct{}
	counts  counts
	forget  func() // of the shared cache's news

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// New returns an empty cache.
func New[T any](config Config[T]) (*Cache[T], error) {
	if config.Times == (Times{}) {
		config.Times = DefaultTimes()
	}
	if config.Holds == nil {
		config.Holds = func(string, string) bool { return true }
	}
	if config.Fills == 0 {
		config.Fills = 16
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	kept, err := newLocal(config)
	if err != nil {
		return nil, err
	}
	c := &Cache[T]{
		config: config, local: kept, shared: config.Shared, sights: newSights(), slots: make(chan struct{}, config.Fills),
		flights: flights[T]{byKey: map[string]*flight[T]{}},
	}
	if c.shared != nil {
		c.forget = c.shared.listen(config.Prefix, c.told)
	}
	return c, nil
}

// Close waits for reads of the store, also those that nobody waits for any more.
func (c *Cache[T]) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	if c.forget != nil {
		c.forget()
	}
	c.running.Wait()
	c.local.close()
}

// Recall is Get of what is kept and new enough; known says that it is.
func (c *Cache[T]) Recall(key string, seen Seen) (value Loaded[T], known bool, err error) {
	kept, found := c.local.get(c.config.Prefix + key)
	if !found || !c.current(kept, seen) {
		return value, false, nil
	}
	c.counts.local(Hit)
	value, _, err = c.answer(kept.Entry, Hit)
	return value, true, err
}

// Get returns the value of key to somebody who has seen something.
func (c *Cache[T]) Get(ctx context.Context, key string, seen Seen, load Load[T]) (Loaded[T], Source, error) {
	key = c.config.Prefix + key
	kept, found := c.local.get(key)
	if found && c.covers(kept.Entry, seen) {
		source := Hit
		if !c.config.Now().Before(kept.freshUntil) {
			source = Stale
			c.refresh(ctx, key, seen, load)
		}
		c.counts.local(source)
		return c.answer(kept.Entry, source)
	}
	done, err := c.fill(ctx, key, seen, load)
	if err != nil {
		return Loaded[T]{}, Miss, err
	}
	return c.answer(done.entry, done.source)
}

// Missing is Config.Missing.
func (c *Cache[T]) Missing(err error) bool { return c.config.Missing(err) }

func (c *Cache[T]) covers(e Entry[T], seen Seen) bool {
	return e.covers(seen, c.config.Times.Lag, c.config.Holds)
}

func (c *Cache[T]) answer(e Entry[T], source Source) (Loaded[T], Source, error) {
	found := Loaded[T]{Value: e.Value, Version: e.Version, Token: e.After}
	if !e.Found {
		found.GoneBy = time.UnixMicro(e.GoneBy)
		return found, source, c.config.Absent()
	}
	return found, source, nil
}

// Wrote says that a write has made value at version. Call it after the commit; the value is used by SetBlindly only.
func (c *Cache[T]) Wrote(ctx context.Context, key string, version int64, value T) {
	if c.config.Write == SetBlindly {
		forAll := c.config.Now().Add(c.config.Times.Lag).UnixMicro() // whatever he has seen
		c.keepBlindly(ctx, c.config.Prefix+key,
			Entry[T]{Version: version, ReadAt: forAll, Found: version != Gone, Value: value})
		return
	}
	c.MayHaveWritten(ctx, key, version)
}

// MayHaveWritten is Wrote for a write whose outcome is not known; version is what it would have made.
func (c *Cache[T]) MayHaveWritten(ctx context.Context, key string, version int64) {
	key, version = c.config.Prefix+key, min(version, Gone)
	c.wrote(key, version)
	if c.shared != nil {
		c.shared.floor(ctx, key, version, c.config.Times.Floor, c.config.Times.Shared)
	}
}

// Forget drops what is kept of key: the store has said that it is old.
func (c *Cache[T]) Forget(ctx context.Context, key string) {
	key = c.config.Prefix + key
	c.local.cache.Invalidate(key) // a floor stays
	c.flights.forget(key)
	if c.shared != nil {
		c.shared.forget(ctx, key)
	}
}

// told is news of another process: it wrote a version of key, or, without a key, news may have been lost.
func (c *Cache[T]) told(key string, version int64) {
	if key == "" {
		c.local.cache.InvalidateAll()
		return
	}
	c.wrote(key, version)
}

// wrote drops what is older than version from the process. Who writes a key reads it: its next read is kept.
func (c *Cache[T]) wrote(key string, version int64) {
	c.sights.again(key)
	c.local.floor(key, version)
	c.flights.forget(key) // who reads from now on must not join a read that began before the write
}

// errBusy is the answer to a read whose turn at the store did not come.
func errBusy(cause error) error {
	return &app.Error{
		Code: app.CodeUnavailable, Message: "too many reads at the same time; try again later",
		Err: errors.Join(errors.New("fill of the cache"), cause),
	}
}
