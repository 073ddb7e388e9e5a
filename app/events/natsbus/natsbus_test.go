package natsbus_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/natsbus"
)

func TestBus(t *testing.T) {
	t.Parallel()
	eventstest.Bus(t, func(t *testing.T) eventstest.Harness {
		t.Helper()
		return eventstest.Harness{Bus: open(t, start(t, t.TempDir(), -1).ClientURL(), 10), Unique: true}
	})
}

func TestGivesUpAfterMaxDeliver(t *testing.T) {
	t.Parallel()
	bus := open(t, start(t, t.TempDir(), -1).ClientURL(), 5)
	var in, good eventstest.Inbox
	poison := eventstest.Event("ann", 1)
	eventstest.Subscribe(t, bus, eventstest.Group, func(ctx context.Context, d events.Delivery) events.Outcome {
		if d.Event.ID != poison.ID {
			return good.Handle(ctx, d)
		}
		in.Note(d)
		return events.Retry(0)
	})
	eventstest.Publish(t, bus, poison)
	eventstest.Eventually(t, func() bool { return len(in.Got()) == 5 }, "five tries")
	eventstest.Publish(t, bus, eventstest.Event("bob", 1))
	eventstest.Eventually(t, func() bool { return len(good.Got()) == 1 }, "another event")
	time.Sleep(time.Second)
	require.Len(t, in.Got(), 5)
}

func TestSubjectForEachKey(t *testing.T) {
	t.Parallel()
	url := start(t, t.TempDir(), -1).ClientURL()
	bus := open(t, url, 10)
	for version := range int64(5) {
		eventstest.Publish(t, bus, eventstest.Event("ann", version+1), eventstest.Event("bob", version+1))
	}
	conn, err := nats.Connect(url)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	stream, err := jetstream.New(conn)
	require.NoError(t, err)
	reader, err := stream.OrderedConsumer(t.Context(), "EVENTS",
		jetstream.OrderedConsumerConfig{FilterSubjects: []string{"events.user.ann"}})
	require.NoError(t, err)
	for version := range int64(5) {
		message, err := reader.Next(jetstream.FetchMaxWait(eventstest.Patience))
		require.NoError(t, err)
		e, err := events.Decode(message.Data())
		require.NoError(t, err)
		require.Equal(t, "ann", e.Key)
		require.Equal(t, version+1, e.Version, "in the order of the key")
	}
}

func TestServerDownAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir, -1)
	address, ok := first.Addr().(*net.TCPAddr)
	require.True(t, ok)
	bus := open(t, first.ClientURL(), 10)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, in.Handle)
	before, during := eventstest.Event("ann", 1), eventstest.Event("bob", 1)
	eventstest.Publish(t, bus, before)
	first.Shutdown()
	first.WaitForShutdown()
	eventstest.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return bus.Publish(ctx, []events.Event{during})[0] != nil
	}, "refused, not swallowed")
	start(t, dir, address.Port)
	eventstest.Publish(t, bus, during)
	eventstest.Eventually(t, func() bool { return len(in.IDs()) == 2 }, "both, without a restart of the subscriber")
}

func TestStartsBeforeTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	once := start(t, dir, -1)
	address, ok := once.Addr().(*net.TCPAddr)
	require.True(t, ok)
	once.Shutdown()
	once.WaitForShutdown()
	bus := open(t, fmt.Sprintf("nats://127.0.0.1:%d", address.Port), 10)
	var in eventstest.Inbox
	eventstest.Subscribe(t, bus, eventstest.Group, in.Handle)
	start(t, dir, address.Port)
	eventstest.Publish(t, bus, eventstest.Event("ann", 1))
	eventstest.Eventually(t, func() bool { return len(in.Got()) == 1 }, "the event")
}

func open(t *testing.T, url string, maxDeliver int) *natsbus.Bus {
	t.Helper()
	bus, err := natsbus.New(natsbus.Config{
		URL: url, MaxDeliver: maxDeliver, AckWait: 2 * time.Second, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bus.Close()) })
	return bus
}

// start runs a server in this process; port -1 picks one.
func start(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true,
		ServerName: app.NewID(),
	})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	require.True(t, s.ReadyForConnections(eventstest.Patience))
	return s
}
