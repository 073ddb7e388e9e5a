package snsbus_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/snsbus"
)

const topic = "arn:aws:sns:eu-central-1:123456789012:events"

func TestBus(t *testing.T) {
	t.Parallel()
	eventstest.Bus(t, func(t *testing.T) eventstest.Harness {
		t.Helper()
		return eventstest.Harness{Bus: open(newFake(t), topic)}
	})
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.raw = false
	bus := open(f, topic)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, in.Handle)
	e := eventstest.Event("ann", 1)
	eventstest.Publish(t, bus, e)
	eventstest.Eventually(t, func() bool { return len(in.Got()) == 1 }, "the event")
	require.Equal(t, e, in.Got()[0].Event)
}

func TestBatchesAndAttributes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var batch []events.Event
	for range 35 {
		batch = append(batch, eventstest.Event(app.NewID(), 1))
	}
	eventstest.Publish(t, open(f, topic+".fifo"), batch...)
	f.read(func() {
		require.ElementsMatch(t, []int{10, 10, 10, 5}, f.batches)
		byID := map[string]map[string]string{}
		for _, entry := range f.seen {
			byID[entry["MessageDeduplicationId"]] = entry
		}
		entry := byID[batch[3].ID]
		require.Equal(t, batch[3].Key, entry["MessageGroupId"])
		attributes := map[string]string{}
		for _, n := range []string{"1", "2", "3"} {
			attributes[entry["MessageAttributes.entry."+n+".Name"]] = entry["MessageAttributes.entry."+n+".Value.StringValue"]
		}
		require.Equal(t, map[string]string{
			"aggregate": "user", "type": events.UserRenamed, "key": batch[3].Key,
		}, attributes)
	})
}

func TestBatchesAreCutBySize(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var batch []events.Event
	for range 4 {
		e := eventstest.Event(app.NewID(), 1)
		e.Payload = []byte(`"` + strings.Repeat("x", 100_000) + `"`)
		batch = append(batch, e)
	}
	batch[3].Payload = []byte(`"` + strings.Repeat("x", 300_000) + `"`)
	errs := open(f, topic).Publish(t.Context(), batch)
	require.ErrorContains(t, errs[3], "bytes, want at most")
	require.NoError(t, errs[0])
	require.NoError(t, errs[2])
	f.read(func() { require.ElementsMatch(t, []int{2, 1}, f.batches) })
}

func TestPartialFailure(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	bad := eventstest.Event("bad", 1)
	f.refuse = func(entry map[string]string) string {
		if strings.Contains(entry["Message"], bad.ID) {
			return "InternalError"
		}
		return ""
	}
	batch := []events.Event{eventstest.Event("ann", 1), bad, eventstest.Event("bob", 1)}
	errs := open(f, topic).Publish(t.Context(), batch)
	require.NoError(t, errs[0])
	require.ErrorContains(t, errs[1], "InternalError")
	require.NoError(t, errs[2])
}

func TestTopicDown(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.fail = func(call string) bool { return call == "PublishBatch" }
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	errs := open(f, topic).Publish(ctx, []events.Event{eventstest.Event("ann", 1), eventstest.Event("bob", 1)})
	require.Error(t, errs[0])
	require.Error(t, errs[1])
}

func TestQueueDownAndBack(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	down := true
	f.fail = func(call string) bool { return call == "ReceiveMessage" && down }
	bus := open(f, topic)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, in.Handle)
	eventstest.Publish(t, bus, eventstest.Event("ann", 1))
	eventstest.Eventually(t, func() (some bool) {
		f.read(func() { some = f.calls["ReceiveMessage"] > 1 })
		return some
	}, "failing polls")
	f.read(func() { down = false })
	eventstest.Eventually(t, func() bool { return len(in.Got()) == 1 }, "the event")
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.maxReceive = 3
	bus := open(f, topic)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, func(_ context.Context, d events.Delivery) events.Outcome {
		in.Note(d)
		return events.Retry(0)
	})
	eventstest.Publish(t, bus, eventstest.Event("ann", 1))
	eventstest.Eventually(t, func() (moved bool) {
		f.read(func() { moved = len(f.dead) == 1 })
		return moved
	}, "the dead letter queue")
	require.Len(t, in.Got(), 3)
}

func TestWhatIsNoEventIsLeftToTheRedrivePolicy(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.maxReceive = 1
	f.queue = []*stored{{id: "1", body: "garbage"}}
	bus := open(f, topic)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, in.Handle)
	eventstest.Eventually(t, func() (moved bool) {
		f.read(func() { moved = len(f.dead) == 1 })
		return moved
	}, "the dead letter queue")
	require.Empty(t, in.Got())
}

func TestNoQueue(t *testing.T) {
	t.Parallel()
	bus := snsbus.New(snsbus.Config{Topic: topic, Log: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, bus.Subscribe(t.Context(), "names", nil), "got no queue for names")
}

func open(f *fake, topic string) *snsbus.Bus {
	return snsbus.New(snsbus.Config{
		AWS: aws.Config{
			Region: "eu-central-1", BaseEndpoint: &f.url,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
			}),
		},
		Topic: topic, Queue: f.url + "/queue", Visibility: 2 * time.Second, Wait: time.Second,
		Log: slog.New(slog.DiscardHandler),
	})
}
