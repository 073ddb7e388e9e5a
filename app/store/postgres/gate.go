package postgres

import (
	"context"
	"errors"
	"sync"
	"time"
)

var (
	errFrozen = errors.New("writes are frozen for a change of the database")
	errCut    = errors.New("the write was still in flight when the writer changed; whether it was done is not known")
)

// gate is what every write passes. It is shut while writes are frozen, and while the writer changes.
type gate struct {
	wait       time.Duration // of a write at a shut gate
	maxWaiting int

	mu      sync.Mutex
	open    bool
	opened  chan struct{} // closed when it opens; a new one when it shuts
	waiting int
	writes  map[*write]struct{} // in flight
	idle    chan struct{}       // closed when no write is in flight; nil while nobody waits for that
}

// write is one that the gate has let in. It must leave.
type write struct {
	gate *gate
	cut  context.CancelCauseFunc
}

func newGate(wait time.Duration, maxWaiting int) *gate {
	return &gate{
		wait: wait, maxWaiting: maxWaiting, open: true, opened: make(chan struct{}), writes: map[*write]struct{}{},
	}
}

// enter waits until the gate is open, for a bounded time. The write works in the context that is returned, which ends
// when it is cut, and leaves after it.
func (g *gate) enter(ctx context.Context) (writing context.Context, w *write, err error) {
	var patience *time.Timer
	for {
		g.mu.Lock()
		if g.open {
			w := &write{gate: g}
			writing, w.cut = context.WithCancelCause(ctx)
			g.writes[w] = struct{}{}
			g.mu.Unlock()
			return writing, w, nil
		}
		if g.waiting >= g.maxWaiting {
			g.mu.Unlock()
			return nil, nil, errFrozen
		}
		g.waiting++
		opened := g.opened
		g.mu.Unlock()
		if patience == nil {
			patience = time.NewTimer(g.wait)
			defer patience.Stop()
		}
		select {
		case <-opened:
		case <-patience.C:
			err = errFrozen
		case <-ctx.Done():
			err = errors.Join(errFrozen, ctx.Err())
		}
		g.mu.Lock()
		g.waiting--
		g.mu.Unlock()
		if err != nil {
			return nil, nil, err
		}
	}
}

func (w *write) leave() {
	w.cut(nil)
	g := w.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.writes, w)
	if len(g.writes) == 0 && g.idle != nil {
		close(g.idle)
		g.idle = nil
	}
}

// shut makes new writes wait. Those in flight go on.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open {
		g.open, g.opened = false, make(chan struct{})
	}
}

// reopen lets all waiting writes go on.
func (g *gate) reopen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open {
		g.open = true
		close(g.opened)
	}
}

// drain returns when no write is in flight. After patience it cuts them: they end without an answer to their callers
// that says that they were done.
func (g *gate) drain(patience time.Duration) (cut int) {
	if g.idleWithin(patience) {
		return 0
	}
	g.mu.Lock()
	cut = len(g.writes)
	for w := range g.writes {
		w.cut(errCut)
	}
	g.mu.Unlock()
	g.idleWithin(patience) // a cut connection closes at once
	return cut
}

func (g *gate) idleWithin(patience time.Duration) bool {
	g.mu.Lock()
	if len(g.writes) == 0 {
		g.mu.Unlock()
		return true
	}
	if g.idle == nil {
		g.idle = make(chan struct{})
	}
	idle := g.idle
	g.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-idle:
		return true
	case <-timer.C:
		return false
	}
}

func (g *gate) state() (open bool, writes, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open, len(g.writes), g.waiting
}
