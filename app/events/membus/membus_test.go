package membus_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/membus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBus(t *testing.T) {
	t.Parallel()
	eventstest.Bus(t, func(*testing.T) eventstest.Harness {
		return eventstest.Harness{Bus: membus.New(eventstest.Group)}
	})
}

func TestOutOnlyWhenEveryGroupHasIt(t *testing.T) {
	t.Parallel()
	bus := membus.New("first", "second")
	var first, second eventstest.Inbox
	eventstest.Subscribe(t, bus, "first", first.Handle)
	e := eventstest.Event("ann", 1)
	eventstest.Eventually(t, func() bool {
		errs := bus.Publish(t.Context(), []events.Event{e})
		require.Error(t, errs[0], "the second has nobody")
		return len(first.Got()) == 1
	}, "the first group")
	eventstest.Subscribe(t, bus, "second", second.Handle)
	eventstest.Publish(t, bus, e)
	require.Len(t, first.Got(), 1, "not again for the group that has it")
	require.Len(t, second.Got(), 1)
}

func TestPublishDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	bus := membus.New("slow")
	begun, finish := make(chan struct{}), make(chan struct{})
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, "slow", func(ctx context.Context, d events.Delivery) events.Outcome {
		close(begun)
		<-finish
		return in.Handle(ctx, d)
	})
	e := eventstest.Event("ann", 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	eventstest.Eventually(t, func() bool {
		errs := bus.Publish(ctx, []events.Event{e})
		return errs[0] != nil && ctx.Err() != nil
	}, "an answer, though it is not done")
	close(finish)
	eventstest.Publish(t, bus, e)
	require.Len(t, in.Got(), 1, "not once more")
}

// What Publish did not wait for counts among what is in hand.
func TestHandlersInHandAreBounded(t *testing.T) {
	t.Parallel()
	bus := membus.New("slow")
	var now, most atomic.Int64
	finish := make(chan struct{})
	eventstest.Subscribe(t, bus, "slow", func(context.Context, events.Delivery) events.Outcome {
		for n := now.Add(1); ; {
			before := most.Load()
			if n <= before || most.CompareAndSwap(before, n) {
				break
			}
		}
		<-finish
		now.Add(-1)
		return events.Ack()
	})
	var batch []events.Event
	for range 100 {
		batch = append(batch, eventstest.Event(app.NewID(), 1))
	}
	eventstest.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		bus.Publish(ctx, batch)
		return now.Load() >= 16
	}, "all hands full")
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		for _, err := range bus.Publish(ctx, batch) {
			require.Error(t, err)
		}
		cancel()
	}
	close(finish)
	eventstest.Publish(t, bus, batch...)
	require.Equal(t, int64(16), most.Load())
}

func TestUnknownAndSecondSubscriber(t *testing.T) {
	t.Parallel()
	bus := membus.New("known")
	require.ErrorContains(t, bus.Subscribe(t.Context(), "other", nil), `want one of ["known"]`)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, "known", in.Handle)
	eventstest.Publish(t, bus, eventstest.Event("ann", 1))
	require.ErrorContains(t, bus.Subscribe(t.Context(), "known", in.Handle), "has a subscriber")
}
