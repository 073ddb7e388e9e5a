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
	writes  int             // in flight
	idle    chan struct{}   // closed when no write is in flight; nil while nobody waits for that
	term    context.Context // of the writes in flight
	end     context.CancelCauseFunc
}

func newGate(wait time.Duration, maxWaiting int) *gate {
	g := &gate{wait: wait, maxWaiting: maxWaiting, open: true, opened: make(chan struct{})}
	g.term, g.end = context.WithCancelCause(context.Background())
	return g
}

// enter waits until the gate is open, for a bounded time. The write ends with term, and calls leave after it.
func (g *gate) enter(ctx context.Context) (term context.Context, leave func(), err error) {
	var patience *time.Timer
	for {
		g.mu.Lock()
		if g.open {
			g.writes++
			term := g.term
			g.mu.Unlock()
			return term, g.leave, nil
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

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writes--
	if g.writes == 0 && g.idle != nil {
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
	cut = g.writes
	g.end(errCut)
	g.term, g.end = context.WithCancelCause(context.Background())
	g.mu.Unlock()
	g.idleWithin(patience) // a cut connection closes at once
	return cut
}

func (g *gate) idleWithin(patience time.Duration) bool {
	g.mu.Lock()
	if g.writes == 0 {
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
	return g.open, g.writes, g.waiting
}
