// Package natsbus carries events through NATS JetStream: one stream, a subject for each key, a durable consumer for
// each group. The stream drops what it has already got by the id of the event, within the window of duplicates.
//
// Stateful: the stream, which keeps a week. Cost: a NATS server, or three.
package natsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ladder-iac/ladder/app/events"
)

const (
	prefix      = "events"
	maxAge      = 7 * 24 * time.Hour
	duplicates  = 2 * time.Minute
	connectTime = 3 * time.Second
	fetchTime   = time.Second
	ackTime     = 5 * time.Second
	concurrency = 16
)

// Config says where the server is. The zero value of a number means its default.
type Config struct {
	URL       string // nats://host:4222, several after commas; without a password
	CredsFile string // default none
	Stream    string // default EVENTS
	Replicas  int    // of the stream; default 1

	// The group's last delivery, after which the server gives up. The inbox is done with an event long before, also
	// with one that ends its process: deliveries that were no tries count, such as to a process that stops. Default 100.
	MaxDeliver int
	AckWait    time.Duration // until an event comes again whose subscriber is silent; default 30 s
	Log        *slog.Logger
}

// Bus implements events.Bus.
type Bus struct {
	config Config
	conn   *nats.Conn
	stream jetstream.JetStream

	mu    sync.Mutex
	known bool // the stream exists
}

// New returns a bus. It does not wait for the server.
func New(config Config) (*Bus, error) {
	if config.Stream == "" {
		config.Stream = "EVENTS"
	}
	if config.MaxDeliver == 0 {
		config.MaxDeliver = 100
	}
	if config.AckWait == 0 {
		config.AckWait = 30 * time.Second
	}
	options := []nats.Option{
		nats.Name("ladder"), nats.Timeout(connectTime), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.ReconnectBufSize(-1), // what cannot be sent now stays in the outbox
	}
	if config.CredsFile != "" {
		options = append(options, nats.UserCredentials(config.CredsFile))
	}
	conn, err := nats.Connect(config.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("nats: %w", err)
	}
	stream, err := jetstream.New(conn, jetstream.WithPublishAsyncTimeout(ackTime))
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("nats: %w", err)
	}
	return &Bus{config: config, conn: conn, stream: stream}, nil
}

// Close implements events.Bus.
func (b *Bus) Close() error {
	b.conn.Close()
	return nil
}

// ensure makes the stream if need be.
func (b *Bus) ensure(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known {
		return nil
	}
	_, err := b.stream.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: b.config.Stream, Subjects: []string{prefix + ".>"}, Storage: jetstream.FileStorage,
		MaxAge: maxAge, Duplicates: duplicates, Replicas: b.config.Replicas,
	})
	if err != nil {
		return fmt.Errorf("nats: stream %s: %w", b.config.Stream, err)
	}
	b.known = true
	return nil
}

// Publish implements events.Publisher.
func (b *Bus) Publish(ctx context.Context, batch []events.Event) []error {
	if err := b.ensure(ctx); err != nil {
		return events.All(len(batch), err)
	}
	errs := make([]error, len(batch))
	acks := make([]jetstream.PubAckFuture, len(batch))
	for i, e := range batch {
		acks[i], errs[i] = b.send(e)
	}
	for i, ack := range acks {
		if ack == nil {
			continue
		}
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			errs[i] = fmt.Errorf("nats: %w", err)
		case <-ctx.Done():
			errs[i] = fmt.Errorf("nats: no answer: %w", ctx.Err())
		}
	}
	if errors.Join(errs...) != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.known = false // it may be gone
	}
	return errs
}

func (b *Bus) send(e events.Event) (jetstream.PubAckFuture, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	content, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("nats: %w", err)
	}
	subject := prefix + "." + e.Aggregate + "." + e.Key
	ack, err := b.stream.PublishAsync(subject, content,
		jetstream.WithMsgID(e.ID), jetstream.WithExpectStream(b.config.Stream))
	if err != nil {
		return nil, fmt.Errorf("nats: %w", err)
	}
	return ack, nil
}

// Subscribe implements events.Bus.
func (b *Bus) Subscribe(ctx context.Context, group string, handle events.Handler) error {
	log := b.config.Log.With(slog.String("group", group))
	advice, err := b.conn.Subscribe("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES."+b.config.Stream+"."+group,
		func(m *nats.Msg) { log.Error("event given up by the bus", slog.String("advisory", string(m.Data))) })
	if err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	defer func() { _ = advice.Unsubscribe() }() // fails only when the connection is closed
	hands := events.NewHands(concurrency)
	defer hands.Wait()
	retry := events.Backoff{First: 100 * time.Millisecond, Max: 5 * time.Second}
	var consumer jetstream.Consumer
	for failed := 0; ctx.Err() == nil; {
		if err := b.receive(ctx, group, &consumer, hands, handle, log); err != nil && ctx.Err() == nil {
			failed++
			consumer = nil
			log.Warn("no events from the bus", slog.Any("error", err))
			events.Sleep(ctx, retry.After(failed))
			continue
		}
		failed = 0
	}
	return nil
}

// receive hands out what comes within fetchTime.
func (b *Bus) receive(
	ctx context.Context, group string, consumer *jetstream.Consumer, hands *events.Hands, handle events.Handler,
	log *slog.Logger,
) error {
	if *consumer == nil {
		if err := b.ensure(ctx); err != nil {
			return err
		}
		made, err := b.stream.CreateOrUpdateConsumer(ctx, b.config.Stream, jetstream.ConsumerConfig{
			Durable: group, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
			AckWait: b.config.AckWait, MaxDeliver: b.config.MaxDeliver,
		})
		if err != nil {
			return fmt.Errorf("nats: consumer %s: %w", group, err)
		}
		*consumer = made
	}
	taken := hands.Take(ctx, concurrency)
	defer func() { hands.Free(taken) }()
	if taken == 0 {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	batch, err := (*consumer).Fetch(taken, jetstream.FetchContext(waiting))
	if err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	whole := context.WithoutCancel(ctx)
	for message := range batch.Messages() {
		taken--
		hands.Work(b.config.AckWait/3, func() { _ = message.InProgress() }, func() { // failing, it comes again
			settle(whole, message, handle, log)
		})
	}
	if err := batch.Error(); err != nil && waiting.Err() == nil {
		return fmt.Errorf("nats: %w", err)
	}
	return nil
}

func settle(ctx context.Context, message jetstream.Msg, handle events.Handler, log *slog.Logger) {
	attempt := 1
	if about, err := message.Metadata(); err == nil {
		attempt = int(min(about.NumDelivered, 1<<30)) //nolint:gosec // G115: bounded
	}
	e, err := events.Decode(message.Data())
	if err != nil {
		log.Error("message thrown away: it is no event", slog.String("subject", message.Subject()), slog.Any("error", err))
		_ = message.TermWithReason("no event") // failing, it comes again
		return
	}
	outcome := handle(ctx, events.Delivery{Event: e, Attempt: attempt})
	if outcome.Done {
		err = message.Ack()
	} else {
		err = message.NakWithDelay(outcome.Delay)
	}
	if err != nil {
		log.Warn("event comes again: its outcome did not reach the bus", slog.String("event", e.ID), slog.Any("error", err))
	}
}
