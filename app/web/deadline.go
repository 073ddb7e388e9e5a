package web

import (
	"context"
	"sync"
	"time"
)

// deadline is context.WithDeadline whose timer starts when somebody first waits for it. Nobody does in a request that
// the cache answers, and a timer is a good part of what such a request costs.
type deadline struct {
	context.Context //nolint:containedctx // it is one

	at time.Time

	mu    sync.Mutex
	timed context.Context //nolint:containedctx // nil until somebody waits
	stop  context.CancelFunc
	ended bool
}

// newDeadline returns a context that ends after a time, or with end, which must be called.
func newDeadline(ctx context.Context, after time.Duration) deadline {
	return deadline{Context: ctx, at: time.Now().Add(after)}
}

func (d *deadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	if d.stop != nil {
		d.stop()
	}
}

func (d *deadline) wait() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timed == nil {
		d.timed, d.stop = context.WithDeadline(d.Context, d.at)
		if d.ended {
			d.stop()
		}
	}
	return d.timed
}

// Deadline implements context.Context.
func (d *deadline) Deadline() (at time.Time, ok bool) { return d.at, true }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} { return d.wait().Done() }

// Err implements context.Context.
func (d *deadline) Err() error {
	d.mu.Lock()
	timed, ended := d.timed, d.ended
	d.mu.Unlock()
	if timed == nil && !ended && time.Now().Before(d.at) {
		return d.Context.Err()
	}
	return d.wait().Err()
}

// Value implements context.Context. What package context keeps of a timed context it finds by a value, too.
func (d *deadline) Value(key any) any {
	d.mu.Lock()
	timed := d.timed
	d.mu.Unlock()
	if timed != nil {
		return timed.Value(key)
	}
	return d.Context.Value(key)
}
