package events_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
)

func TestTraceTravels(t *testing.T) {
	t.Parallel()
	span := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	})
	ctx := app.WithRequestID(trace.ContextWithSpanContext(t.Context(), span), "request-1")
	e, err := events.New(ctx, events.UserAggregate, app.NewID(), events.UserRegistered, 1, events.User{Name: "Ann"})
	require.NoError(t, err)
	content, err := json.Marshal(e)
	require.NoError(t, err)
	got, err := events.Decode(content)
	require.NoError(t, err)
	require.Equal(t, e, got)
	there := got.Context(t.Context())
	require.Equal(t, "request-1", app.RequestID(there))
	found := trace.SpanContextFromContext(there)
	require.Equal(t, []any{span.TraceID(), span.SpanID(), true}, []any{found.TraceID(), found.SpanID(), found.IsRemote()})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, eventstest.Event("ann", 1).Validate())
	for want, spoil := range map[string]func(*events.Event){
		"id: got":        func(e *events.Event) { e.ID = "1" },
		"aggregate: got": func(e *events.Event) { e.Aggregate = "" },
		"key: got":       func(e *events.Event) { e.Key = "a.b" },
		"version: got":   func(e *events.Event) { e.Version = 0 },
		"payload: got":   func(e *events.Event) { e.Payload = nil },
	} {
		e := eventstest.Event("ann", 1)
		spoil(&e)
		require.ErrorContains(t, e.Validate(), want)
	}
	_, err := events.Decode([]byte("{"))
	require.ErrorContains(t, err, "event:")
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	b := events.Backoff{First: time.Second, Max: 10 * time.Second}
	for try, want := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 1000: 10} {
		for range 20 {
			got := b.After(try)
			require.GreaterOrEqual(t, got, want*time.Second/2)
			require.LessOrEqual(t, got, want*time.Second)
		}
	}
	require.Zero(t, events.Jitter(0))
}
