package events

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is a time that doubles with each try, of which the upper half is random: those who failed together do not
// come back together.
type Backoff struct {
	First time.Duration
	Max   time.Duration
}

// After returns the time to wait after the failed try, 1 for the first.
func (b Backoff) After(try int) time.Duration {
	delay := b.First
	for i := 1; i < try && delay < b.Max; i++ {
		delay *= 2
	}
	return Jitter(min(delay, b.Max))
}

// Jitter returns between half and all of delay.
func Jitter(delay time.Duration) time.Duration {
	if delay < 2 {
		return delay
	}
	return delay/2 + rand.N(delay/2) //nolint:gosec // G404: no secret
}

// Sleep waits, and reports whether ctx is still alive.
func Sleep(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
