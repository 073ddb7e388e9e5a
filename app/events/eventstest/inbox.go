package eventstest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/events"
)

// Inbox collects what is delivered.
type Inbox struct {
	mu  sync.Mutex
	got []events.Delivery
}

// Handle notes a delivery as done with.
func (in *Inbox) Handle(_ context.Context, d events.Delivery) events.Outcome {
	in.Note(d)
	return events.Ack()
}

// Note notes a delivery.
func (in *Inbox) Note(d events.Delivery) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got = append(in.got, d)
}

// Got returns what was delivered so far.
func (in *Inbox) Got() []events.Delivery {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]events.Delivery{}, in.got...)
}

// IDs returns how often each event was delivered.
func (in *Inbox) IDs() map[string]int {
	ids := map[string]int{}
	for _, d := range in.Got() {
		ids[d.Event.ID]++
	}
	return ids
}

// Subscribe subscribes until stop, which waits for the end. So does the end of the test.
func Subscribe(t *testing.T, bus events.Bus, group string, handle events.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- bus.Subscribe(ctx, group, handle) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(Patience):
			t.Error("the subscriber does not stop")
		}
	})
	t.Cleanup(stop)
	return stop
}

// Publish publishes as a relay does: what the bus has not taken again, until it has all.
func Publish(t *testing.T, bus events.Publisher, batch ...events.Event) {
	t.Helper()
	end := time.Now().Add(Patience)
	for len(batch) > 0 {
		errs := bus.Publish(t.Context(), batch)
		var left []events.Event
		for i, e := range batch {
			if errs[i] != nil {
				left = append(left, e)
			}
		}
		if batch = left; len(left) > 0 {
			require.True(t, time.Now().Before(end), "not published: %v", errors.Join(errs...))
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// Eventually waits for what holds within Patience.
func Eventually(t *testing.T, holds func() bool, about string) {
	t.Helper()
	require.Eventually(t, holds, Patience, 10*time.Millisecond, about)
}
