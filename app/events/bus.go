package events

import (
	"context"
	"fmt"
	"time"
)

// Publisher takes events. It may take one twice.
type Publisher interface {
	// Publish returns for each event nil when the bus will deliver it whatever happens, else why it may not.
	// The events of one call are of different keys: order among them means nothing.
	Publish(ctx context.Context, batch []Event) []error
}

// Bus carries events from publishers to groups of subscribers, at least once each group.
type Bus interface {
	Publisher
	// Subscribe calls handle for the group's events, several at once, until ctx ends. Then it takes no more, waits
	// for those in hand, and returns nil. Subscribers of one group share its events.
	Subscribe(ctx context.Context, group string, handle Handler) error
	// Close ends the connection, after the last Publish and Subscribe.
	Close() error
}

// Handler does what an event asks for. Its context goes on while Subscribe waits for it.
type Handler func(ctx context.Context, delivery Delivery) Outcome

// Delivery is an event and how often the group got it.
type Delivery struct {
	Event   Event
	Attempt int // 1 at first
}

// Outcome says whether a delivery is done with.
type Outcome struct {
	Done  bool
	Delay time.Duration // until the next delivery when not
}

// Ack is the outcome of what is done with.
func Ack() Outcome { return Outcome{Done: true} }

// Retry is the outcome of what has to come again.
func Retry(delay time.Duration) Outcome { return Outcome{Delay: delay} }

// LaterError is a bus's answer to an event that it has not taken, and that is worth another try after a time, while
// the bus itself is well.
type LaterError struct {
	After time.Duration
	Why   string
}

// Error says why.
func (e *LaterError) Error() string { return fmt.Sprintf("%s; again in %s", e.Why, e.After) }

// All returns the error for each of n events.
func All(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
