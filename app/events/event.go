// Package events tells other services what happened to users.
//
// A change and its event are written in one transaction (the outbox). A relay hands the event to a bus, at least
// once. A consumer does the effect in one transaction with the record of the event (the inbox), so that it happens
// exactly once. Events carry the state after the change, not the difference: a newer one of the same key says all
// that an older one says.
//
// This package has the words; outbox, inbox and usernames have the tables, membus, natsbus and snsbus the buses.
package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"go.opentelemetry.io/otel/propagation"

	"github.com/ladder-iac/ladder/app"
)

// Aggregates and types of events.
const (
	UserAggregate  = "user"
	UserRegistered = "user.registered" // payload User
	UserRenamed    = "user.renamed"    // payload User
)

// User is what other services may know of a user. His address is not in it: nobody else needs it.
type User struct {
	Name string `json:"name"`
}

// Event is something that happened.
type Event struct {
	ID         string            `json:"id"` // UUID version 7
	Aggregate  string            `json:"aggregate"`
	Key        string            `json:"key"` // of what it happened to; events of one key are in order
	Type       string            `json:"type"`
	Version    int64             `json:"version"` // of the aggregate after it; grows with each event of the key
	Payload    json.RawMessage   `json:"payload"`
	OccurredAt time.Time         `json:"occurred_at"`
	Trace      map[string]string `json:"trace,omitempty"` // W3C trace context, and the request's id
}

const requestID = "request-id" // in Event.Trace

// New makes an event of the request that ctx belongs to.
func New(ctx context.Context, aggregate, key, kind string, version int64, payload any) (Event, error) {
	content, err := json.Marshal(payload)
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", kind, err)
	}
	trace := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, trace)
	if id := app.RequestID(ctx); id != "" {
		trace[requestID] = id
	}
	return Event{
		ID: app.NewID(), Aggregate: aggregate, Key: key, Type: kind, Version: version, Payload: content,
		OccurredAt: app.Now(), Trace: trace,
	}, nil
}

// Context returns ctx as one of the request that the event came from.
func (e Event) Context(ctx context.Context) context.Context {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier(e.Trace))
	return app.WithRequestID(ctx, e.Trace[requestID])
}

// token is what all buses take as a part of a subject.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Validate reports what keeps the event from being published.
func (e Event) Validate() error {
	var bad []error
	if !app.IsID(e.ID) {
		bad = append(bad, fmt.Errorf("id: got %.60q, want a UUID", e.ID))
	}
	for name, value := range map[string]string{"aggregate": e.Aggregate, "key": e.Key} {
		if !token.MatchString(value) {
			bad = append(bad, fmt.Errorf("%s: got %.60q, want 1 to 64 letters, digits, _ or -", name, value))
		}
	}
	if e.Version < 1 {
		bad = append(bad, fmt.Errorf("version: got %d, want 1 or more", e.Version))
	}
	if !json.Valid(e.Payload) {
		bad = append(bad, errors.New("payload: got no JSON"))
	}
	return errors.Join(bad...)
}

// Decode reads an event that a bus delivered.
func Decode(content []byte) (e Event, err error) {
	if err := json.Unmarshal(content, &e); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	if err := e.Validate(); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	return e, nil
}
