package cache

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

const leasePoll = 15 * time.Millisecond

// fill reads a key once for all who ask for it. Who has seen more than the first one reads again.
func (c *Cache[T]) fill(ctx context.Context, key string, seen Seen, load Load[T]) (filled[T], error) {
	for flight := key; ; flight = key + "@" + strconv.FormatInt(seen.Wrote, 10) {
		own, first := c.flights.join(flight)
		if first {
			c.fly(ctx, own, key, seen, load)
		} else {
			c.sights.again(key) // before the first one looks
			if !own.wait(ctx) {
				return filled[T]{}, errBusy(ctx.Err())
			}
		}
		if first || own.err != nil || c.covers(own.done.entry, seen) {
			return own.done, own.err
		}
	}
}

// refresh reads a key again while its old value is the answer, when the store has room for that.
func (c *Cache[T]) refresh(ctx context.Context, key string, seen Seen, load Load[T]) {
	if len(c.slots) == cap(c.slots) {
		return
	}
	if own, first := c.flights.join(key); first {
		go c.fly(ctx, own, key, seen, load) // run is waited for
	}
}

// fly is one flight. It goes on when the request that began it ends, because others may wait for it.
func (c *Cache[T]) fly(ctx context.Context, own *flight[T], key string, seen Seen, load Load[T]) {
	defer c.flights.land(own)
	own.done, own.err = c.run(context.WithoutCancel(ctx), key, seen, load)
}

// run asks below the process's own cache. Each step has a bound: Wait, Queue, Load.
func (c *Cache[T]) run(ctx context.Context, key string, seen Seen, load Load[T]) (done filled[T], err error) {
	if !c.begin() {
		return done, errBusy(context.Canceled)
	}
	defer c.running.Done()
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("read for the cache: panic: %v", caught)
		}
	}()
	kept, known := c.local.get(key)
	if known && c.current(kept, seen) { // by a flight that has just ended
		return filled[T]{kept.Entry, Hit}, nil
	}
	leased := false
	if c.shared != nil {
		var found Entry[T]
		if found, leased = c.sharedEntry(ctx, key, seen); found.ReadAt != 0 {
			c.counts.shared.Add(1)
			found = kept.firstAfter(found)
			c.put(key, found, known)
			return filled[T]{found, Hit}, nil
		}
	}
	told := false // the shared cache has ended the lease
	defer func() {
		if leased && !told {
			c.shared.release(ctx, key)
		}
	}()
	if err := c.takeSlot(ctx); err != nil {
		c.counts.refused.Add(1)
		return done, err
	}
	defer func() { <-c.slots }()
	e, err := c.read(ctx, seen, load)
	if err != nil {
		return done, err
	}
	e = kept.firstAfter(e)
	told = c.keep(ctx, key, e, known)
	return filled[T]{e, Miss}, nil
}

// current reports whether what the process keeps need not be read again.
func (c *Cache[T]) current(k kept[T], seen Seen) bool {
	return c.covers(k.Entry, seen) && c.config.Now().Before(k.freshUntil)
}

func (c *Cache[T]) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.running.Add(1)
	}
	return !c.closed
}

// takeSlot bounds the reads of the store: losing the shared cache must not turn into losing the database.
func (c *Cache[T]) takeSlot(ctx context.Context) error {
	select {
	case c.slots <- struct{}{}:
		return nil
	default:
	}
	patience := time.NewTimer(c.config.Times.Queue)
	defer patience.Stop()
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-patience.C:
		return errBusy(nil)
	case <-ctx.Done():
		return errBusy(ctx.Err())
	}
}

func (c *Cache[T]) read(ctx context.Context, seen Seen, load Load[T]) (Entry[T], error) {
	c.counts.fills.Add(1)
	ctx, cancel := context.WithTimeout(ctx, c.config.Times.Load)
	defer cancel()
	began := c.config.Now().UnixMicro()
	loaded, err := load(ctx)
	e := Entry[T]{Seen: seen, ReadAt: began, After: loaded.Token}
	if err == nil {
		e.Found, e.Version, e.Value = true, loaded.Version, loaded.Value
	} else if c.config.Missing(err) {
		e.GoneBy, err = c.config.Now().UnixMicro(), nil
	}
	return e, err
}

// sharedEntry asks the shared cache, and waits a moment when another process is reading the key. Without an entry that
// will do it says whether this process is to read it for all.
func (c *Cache[T]) sharedEntry(ctx context.Context, key string, seen Seen) (none Entry[T], leased bool) {
	times := c.config.Times
	for until := time.Now().Add(times.Wait); ; {
		got, err := c.shared.get(ctx, key, times.Lease)
		if err != nil {
			return none, false
		}
		if got.Data != nil {
			e, err := decode[T](got.Data)
			if err != nil || e.Version < c.local.floors.of(key) || !c.covers(e, seen) {
				return none, false
			}
			return e, false
		}
		if got.Lease || time.Now().After(until) {
			return none, got.Lease
		}
		select {
		case <-time.After(leasePoll):
		case <-ctx.Done():
			return none, false
		}
	}
}

// keep puts an entry into both caches, unless one of them knows of a newer version, and reports whether the shared one
// was asked. known says that the process keeps something of the key.
func (c *Cache[T]) keep(ctx context.Context, key string, e Entry[T], known bool) (told bool) {
	if c.config.Write == SetBlindly {
		c.keepBlindly(ctx, key, e)
		return false
	}
	if c.shared != nil {
		if e.Version < c.local.floors.of(key) {
			c.counts.outrun.Add(1)
			return false
		}
		if data, err := e.encode(); err == nil {
			told = true
			if c.shared.outrun(ctx, key, e.Version, data, c.sharedTime(e.Found)) {
				c.counts.outrun.Add(1)
				return told
			}
		}
	}
	if !c.put(key, e, known) {
		c.counts.outrun.Add(1)
	}
	return told
}

// put keeps an entry in the process from the key's second sight on. It reports false when a newer one is known.
func (c *Cache[T]) put(key string, e Entry[T], known bool) bool {
	return !known && !c.sights.again(key) || c.local.put(key, e)
}

func (c *Cache[T]) keepBlindly(ctx context.Context, key string, e Entry[T]) {
	c.local.cache.Set(key, c.local.timed(e))
	if c.shared == nil {
		return
	}
	if data, err := e.encode(); err == nil {
		c.shared.set(ctx, key, e.Version, data, c.sharedTime(e.Found))
	}
}

func (c *Cache[T]) sharedTime(found bool) time.Duration {
	if !found {
		return c.config.Times.vary(c.config.Times.Negative)
	}
	return c.config.Times.vary(c.config.Times.Shared)
}
