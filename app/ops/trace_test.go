package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

const (
	parentID   = "0102030405060708090a0b0c0d0e0f10"
	fromAbroad = "00-" + parentID + "-0102030405060708-01"
)

func traced(t *testing.T, ratio float64) (*Tracing, *tracetest.InMemoryExporter) {
	t.Helper()
	spans := tracetest.NewInMemoryExporter()
	tracing := newTracing(TraceConfig{Ratio: ratio, Role: "all", Stack: "prod"}, sdktrace.WithSyncer(spans))
	t.Cleanup(func() { require.NoError(t, tracing.Close(context.WithoutCancel(t.Context()))) })
	return tracing, spans
}

func routed(pattern string, handle http.HandlerFunc, layer func(http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(pattern, handle)
	mux.HandleFunc("GET /readyz", handle)
	inner := layer(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, r.Pattern = mux.Handler(r)
		inner.ServeHTTP(w, r)
	})
}

func valueOf(span tracetest.SpanStub, key string) string {
	for _, a := range span.Attributes {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

func TestTraceThroughTwoServices(t *testing.T) {
	t.Parallel()
	tracing, spans := traced(t, 1)
	database := tracing.Database()
	behind := httptest.NewServer(routed("GET /api/v1/items/{id}", func(_ http.ResponseWriter, r *http.Request) {
		query := pgx.TraceQueryStartData{SQL: "SELECT title FROM items WHERE id = $1", Args: []any{"secret"}}
		database.TraceQueryEnd(database.TraceQueryStart(r.Context(), nil, query), nil, pgx.TraceQueryEndData{})
	}, tracing.Layer))
	t.Cleanup(behind.Close)
	client := &http.Client{Transport: tracing.Transport(&http.Transport{})}
	t.Cleanup(client.CloseIdleConnections)

	var lines bytes.Buffer
	log := slog.New(LogHandler(slog.NewJSONHandler(&lines, nil))).With("role", "web")
	front := routed("GET /{page}", func(_ http.ResponseWriter, r *http.Request) {
		log.InfoContext(r.Context(), "here")
		call, err := http.NewRequestWithContext(r.Context(), http.MethodGet, behind.URL+"/api/v1/items/7", http.NoBody)
		require.NoError(t, err)
		answer, err := client.Do(call)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}, tracing.Layer)
	r := httptest.NewRequest(http.MethodGet, "/home", nil)
	r.Header.Set("Traceparent", fromAbroad)
	front.ServeHTTP(httptest.NewRecorder(), r)

	found := map[string]tracetest.SpanStub{}
	require.Eventually(t, func() bool { return len(spans.GetSpans()) == 4 }, 5*time.Second, time.Millisecond)
	for _, span := range spans.GetSpans() {
		require.Equal(t, parentID, span.SpanContext.TraceID().String(), span.Name)
		found[span.SpanKind.String()+" "+span.Name] = span
	}
	server, call := found["server GET /{page}"], found["client HTTP GET"]
	next := found["server GET /api/v1/items/{id}"]
	require.Equal(t, "/{page}", valueOf(server, "http.route"))
	require.Equal(t, "200", valueOf(server, "http.response.status_code"))
	require.Equal(t, server.SpanContext.SpanID(), call.Parent.SpanID())
	require.Equal(t, call.SpanContext.SpanID(), next.Parent.SpanID())
	for name, span := range found {
		for _, a := range span.Attributes {
			require.NotContains(t, a.Value.String(), "secret", name)
		}
		if span.Parent.SpanID() == next.SpanContext.SpanID() {
			require.Equal(t, trace.SpanKindClient, span.SpanKind)
			require.Contains(t, valueOf(span, "db.query.text"), "SELECT title")
		}
	}
	var line map[string]any
	require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
	require.Equal(t, parentID, line["trace_id"])
	require.Equal(t, server.SpanContext.SpanID().String(), line["span_id"])
	require.Equal(t, "web", line["role"])
}

func TestTracesAreSampledByUs(t *testing.T) {
	t.Parallel()
	tracing, spans := traced(t, 0)
	var passedOn string
	behind := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		passedOn = r.Header.Get("Traceparent")
	}))
	t.Cleanup(behind.Close)
	client := &http.Client{Transport: tracing.Transport(&http.Transport{})}
	t.Cleanup(client.CloseIdleConnections)
	h := routed("GET /{page}", func(_ http.ResponseWriter, r *http.Request) {
		call, err := http.NewRequestWithContext(r.Context(), http.MethodGet, behind.URL, http.NoBody)
		require.NoError(t, err)
		answer, err := client.Do(call)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}, tracing.Layer)
	r := httptest.NewRequest(http.MethodGet, "/home", nil)
	r.Header.Set("Traceparent", fromAbroad) // which says: sampled
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.Empty(t, spans.GetSpans())
	require.Regexp(t, "^00-"+parentID+"-[0-9a-f]{16}-00$", passedOn)
}

func TestProbesAreNotTraced(t *testing.T) {
	t.Parallel()
	tracing, spans := traced(t, 1)
	h := routed("GET /{page}", func(http.ResponseWriter, *http.Request) {}, tracing.Layer)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/readyz", nil))
	require.Empty(t, spans.GetSpans())
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("INVENTED", "/anything", nil))
	require.Len(t, spans.GetSpans(), 1)
	require.Equal(t, "OTHER none", spans.GetSpans()[0].Name)
}

func TestTracingOff(t *testing.T) {
	t.Parallel()
	tracing, err := NewTracing(t.Context(), TraceConfig{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	h, base := http.NewServeMux(), &http.Transport{}
	require.Same(t, h, tracing.Layer(h))
	require.Same(t, base, tracing.Transport(base))
	require.True(t, tracing.Database() == nil, "a nil that pgx sees as none")
	require.NoError(t, tracing.Close(t.Context()))
}

func TestCloseSendsWhatIsLeft(t *testing.T) {
	t.Parallel()
	var got atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/base/v1/traces" && bytes.Contains(body, []byte("ladder-all")) {
			got.Add(1)
		}
	}))
	t.Cleanup(collector.Close)
	tracing := exportTo(t, collector.URL+"/base/")
	require.NoError(t, tracing.Close(t.Context()))
	require.Equal(t, int64(1), got.Load())
}

func TestCollectorThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	t.Cleanup(collector.Close)
	t.Cleanup(func() { close(end) })
	tracing := exportTo(t, collector.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	require.Error(t, tracing.Close(ctx))
	require.Less(t, time.Since(start), 2*time.Second)
}

// exportTo answers one request with traces.
func exportTo(t *testing.T, endpoint string) *Tracing {
	t.Helper()
	config := TraceConfig{Endpoint: endpoint, Ratio: 1, Role: "all"}
	tracing, err := NewTracing(t.Context(), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	h := routed("GET /{page}", func(http.ResponseWriter, *http.Request) {}, tracing.Layer)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/home", nil))
	return tracing
}
