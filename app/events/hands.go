package events

import (
	"context"
	"sync"
	"time"
)

// Hands are how many deliveries a subscriber works on at once.
type Hands struct {
	free chan struct{}
	busy sync.WaitGroup
}

// NewHands returns n of them.
func NewHands(n int) *Hands {
	h := &Hands{free: make(chan struct{}, n)}
	for range n {
		h.free <- struct{}{}
	}
	return h
}

// Take waits for one that is free and takes all that are, at most limit; 0 when ctx has ended.
func (h *Hands) Take(ctx context.Context, limit int) (n int) {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case <-h.free:
	case <-ctx.Done():
		return 0
	}
	for n = 1; n < limit; n++ {
		select {
		case <-h.free:
		default:
			return n
		}
	}
	return n
}

// Free gives back n that were taken and did nothing.
func (h *Hands) Free(n int) {
	for range n {
		h.free <- struct{}{}
	}
}

// Work runs fn in one that was taken, and calls extend each interval as long as it takes.
func (h *Hands) Work(interval time.Duration, extend, fn func()) {
	h.busy.Go(func() {
		defer h.Free(1)
		done := make(chan struct{})
		var extending sync.WaitGroup
		extending.Go(func() {
			tick := time.NewTicker(interval)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					extend()
				case <-done:
					return
				}
			}
		})
		fn()
		close(done)
		extending.Wait()
	})
}

// Wait returns when all are free.
func (h *Hands) Wait() { h.busy.Wait() }
