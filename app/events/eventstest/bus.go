// Package eventstest proves that a bus does what the relay and the inbox rely on.
package eventstest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
)

// Patience is how long tests wait for what comes within a second on a quiet machine.
const Patience = time.Minute

// Group is the one that the suite subscribes.
const Group = "suite"

// Harness is a bus under test. A silent subscriber's event must come again after 1 to 3 seconds.
type Harness struct {
	Bus    events.Bus
	Unique bool // it drops an event that is published twice
}

// Event returns a new event of a key.
func Event(key string, version int64) events.Event {
	return events.Event{
		ID: app.NewID(), Aggregate: events.UserAggregate, Key: key, Type: events.UserRenamed, Version: version,
		Payload: json.RawMessage(fmt.Sprintf(`{"name":"Ann %d"}`, version)), OccurredAt: app.Now(),
		Trace: map[string]string{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
	}
}

// Bus runs the suite, each part on a bus of its own.
func Bus(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	for name, part := range map[string]func(*testing.T, Harness){
		"delivers all":               deliversAll,
		"comes again until done":     comesAgain,
		"poison holds up nobody":     poisonAlone,
		"not twice while in hand":    notTwiceInHand,
		"stops in order":             stopsInOrder,
		"the next subscriber":        nextSubscriber,
		"published twice":            publishedTwice,
		"refuses only what is wrong": refusesWrong,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, open(t))
		})
	}
}

func some(n int) []events.Event {
	batch := make([]events.Event, n)
	for i := range batch {
		batch[i] = Event(app.NewID(), 1)
	}
	return batch
}

func deliversAll(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	Subscribe(t, h.Bus, Group, in.Handle)
	batch := some(35) // more than any limit of a batch
	Publish(t, h.Bus, batch...)
	Eventually(t, func() bool { return len(in.IDs()) == len(batch) }, "all events")
	got := map[string]events.Event{}
	for _, d := range in.Got() {
		require.GreaterOrEqual(t, d.Attempt, 1)
		got[d.Event.ID] = d.Event
	}
	for _, e := range batch {
		require.Equal(t, e, got[e.ID])
	}
}

func comesAgain(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	Subscribe(t, h.Bus, Group, func(_ context.Context, d events.Delivery) events.Outcome {
		in.Note(d)
		if d.Attempt < 3 {
			return events.Retry(50 * time.Millisecond)
		}
		return events.Ack()
	})
	Publish(t, h.Bus, some(1)...)
	Eventually(t, func() bool { return len(in.Got()) >= 3 }, "three tries")
	for i, d := range in.Got() {
		require.Equal(t, i+1, d.Attempt)
	}
}

func poisonAlone(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	batch := some(30)
	poison := batch[0].ID
	Subscribe(t, h.Bus, Group, func(ctx context.Context, d events.Delivery) events.Outcome {
		if d.Event.ID == poison {
			return events.Retry(100 * time.Millisecond)
		}
		return in.Handle(ctx, d)
	})
	h.Bus.Publish(t.Context(), batch[:1])
	Publish(t, h.Bus, batch[1:]...)
	Eventually(t, func() bool { return len(in.IDs()) == len(batch)-1 }, "the others")
}

func notTwiceInHand(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	Subscribe(t, h.Bus, Group, func(_ context.Context, d events.Delivery) events.Outcome {
		in.Note(d)
		time.Sleep(5 * time.Second) // longer than a subscriber may be silent
		return events.Ack()
	})
	Publish(t, h.Bus, some(1)...)
	Eventually(t, func() bool { return len(in.Got()) > 0 }, "the event")
	time.Sleep(6 * time.Second)
	require.Len(t, in.Got(), 1)
}

func stopsInOrder(t *testing.T, h Harness) {
	t.Helper()
	begun, finish := make(chan struct{}), make(chan struct{})
	var in Inbox
	stop := Subscribe(t, h.Bus, Group, func(ctx context.Context, d events.Delivery) events.Outcome {
		close(begun)
		<-finish
		if ctx.Err() == nil {
			in.Note(d)
		}
		return events.Ack()
	})
	published := make(chan struct{})
	go func() {
		defer close(published)
		event := some(1)
		// Again while the subscriber is not there yet.
		for h.Bus.Publish(context.WithoutCancel(t.Context()), event)[0] != nil && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}()
	select {
	case <-begun:
	case <-time.After(Patience):
		t.Fatal("the event does not come")
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	select {
	case <-stopped:
		t.Error("stopped with an event in hand")
	case <-time.After(200 * time.Millisecond):
	}
	close(finish)
	<-stopped
	<-published
	require.Len(t, in.Got(), 1, "the context of the handler goes on")
	var next Inbox
	Subscribe(t, h.Bus, Group, next.Handle)
	e := some(1)
	Publish(t, h.Bus, e...)
	Eventually(t, func() bool { return next.IDs()[e[0].ID] > 0 }, "a later event")
	require.Zero(t, next.IDs()[in.Got()[0].Event.ID], "what was done does not come again")
}

func nextSubscriber(t *testing.T, h Harness) {
	t.Helper()
	var first, second Inbox
	stop := Subscribe(t, h.Bus, Group, func(_ context.Context, d events.Delivery) events.Outcome {
		first.Note(d)
		return events.Retry(time.Second)
	})
	e := some(1)
	published := make(chan struct{})
	go func() {
		defer close(published)
		Publish(t, h.Bus, e...)
	}()
	Eventually(t, func() bool { return len(first.Got()) > 0 }, "the first try")
	stop()
	Subscribe(t, h.Bus, Group, second.Handle)
	Eventually(t, func() bool { return second.IDs()[e[0].ID] > 0 }, "what the one before gave back")
	<-published
}

func publishedTwice(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	Subscribe(t, h.Bus, Group, in.Handle)
	e, last := some(1), some(1)
	Publish(t, h.Bus, e...)
	Publish(t, h.Bus, e...)
	Publish(t, h.Bus, last...)
	Eventually(t, func() bool { return len(in.IDs()) == 2 }, "both")
	if h.Unique {
		require.Equal(t, 1, in.IDs()[e[0].ID])
	}
}

func refusesWrong(t *testing.T, h Harness) {
	t.Helper()
	var in Inbox
	Subscribe(t, h.Bus, Group, in.Handle)
	batch := some(3)
	batch[1].Key = "two words"
	Eventually(t, func() bool { // once the subscriber is there
		errs := h.Bus.Publish(t.Context(), batch)
		return errs[0] == nil && errs[1] != nil && errs[2] == nil
	}, "only the wrong one is refused")
	Eventually(t, func() bool { return len(in.IDs()) == 2 }, "the others")
}
