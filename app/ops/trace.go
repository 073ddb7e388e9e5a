package ops

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// TraceConfig says where traces go.
type TraceConfig struct {
	Endpoint string  // OTLP over HTTP, such as http://collector:4318; the path /v1/traces is added. Default: no traces
	Ratio    float64 // of requests that are traced, 0 to 1; the same in all processes, or traces have holes

	Stack, Role, Version, Node string // that the spans are of
}

// Tracing makes spans of requests, of calls to other services and of queries. Without an endpoint it does nothing.
type Tracing struct {
	provider *sdktrace.TracerProvider // nil: off
	sampler  sdktrace.Sampler         // of requests
	options  []otelhttp.Option
}

// NewTracing returns tracing. It does not wait for the collector, and spans that do not get there are lost.
func NewTracing(ctx context.Context, config TraceConfig, log *slog.Logger) (*Tracing, error) {
	if config.Endpoint == "" {
		return &Tracing{}, nil
	}
	target, err := url.JoinPath(config.Endpoint, "v1", "traces")
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(target))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("spans lost", slog.Any("error", err))
	}))
	return newTracing(config, sdktrace.WithBatcher(exporter)), nil
}

func newTracing(config TraceConfig, to sdktrace.TracerProviderOption) *Tracing {
	// What a caller from outside decided does not count, so that nobody makes us trace all he asks. The ratio looks at
	// the trace's id only: processes of one ratio decide alike.
	ratio := sdktrace.TraceIDRatioBased(config.Ratio)
	provider := sdktrace.NewTracerProvider(
		to,
		sdktrace.WithSampler(sdktrace.ParentBased(ratio,
			sdktrace.WithRemoteParentSampled(ratio), sdktrace.WithRemoteParentNotSampled(ratio))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "ladder-"+config.Role),
			attribute.String("service.namespace", config.Stack),
			attribute.String("service.version", config.Version),
			attribute.String("service.instance.id", config.Node),
		)),
	)
	return &Tracing{provider: provider, sampler: ratio, options: []otelhttp.Option{
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithMeterProvider(noop.NewMeterProvider()), // Metrics counts
		otelhttp.WithPropagators(propagation.TraceContext{}),
	}}
}

// Layer makes a span of each request, except probes. The request must know its route.
func (t *Tracing) Layer(next http.Handler) http.Handler {
	if t.provider == nil {
		return next
	}
	named := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("http.route", routeOf(r)))
		next.ServeHTTP(w, r)
	})
	recording := otelhttp.NewHandler(named, "", append(
		t.options,
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
			return methodName(r.Method) + " " + routeOf(r)
		}),
	)...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isProbe(r) {
			next.ServeHTTP(w, r)
			return
		}
		ctx, sampled := t.begin(r)
		if sampled {
			recording.ServeHTTP(w, r.WithContext(ctx)) //nolint:contextcheck // it is r's
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx)) //nolint:contextcheck // it is r's
	})
}

// begin returns the context of a request in its trace, and whether the trace is recorded. Most are not: they get the
// ids that the next service and the log are told, and nothing else, so that they cost next to nothing.
func (t *Tracing) begin(r *http.Request) (ctx context.Context, sampled bool) {
	ctx = r.Context()
	var parent trace.SpanContext
	if len(r.Header["Traceparent"]) > 0 {
		headers := propagation.HeaderCarrier(r.Header)
		parent = trace.SpanContextFromContext(propagation.TraceContext{}.Extract(ctx, headers))
	}
	own := trace.SpanContextConfig{TraceID: parent.TraceID(), TraceState: parent.TraceState()}
	if !parent.IsValid() {
		own.TraceID = newTraceID()
	}
	asked := sdktrace.SamplingParameters{ParentContext: ctx, TraceID: own.TraceID}
	sampled = t.sampler.ShouldSample(asked).Decision == sdktrace.RecordAndSample
	switch {
	case !sampled:
		own.SpanID = newSpanID()
	case parent.IsValid():
		return ctx, true // otelhttp reads the header itself
	}
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(own)), sampled
}

func newTraceID() (id trace.TraceID) {
	binary.NativeEndian.PutUint64(id[:], rand.Uint64()|1) //nolint:gosec // G404: no secret; zero would be no id
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64())  //nolint:gosec // G404: as above
	return id
}

func newSpanID() (id trace.SpanID) {
	binary.NativeEndian.PutUint64(id[:], rand.Uint64()|1) //nolint:gosec // G404: no secret; zero would be no id
	return id
}

// Transport makes a span of each call, and tells the service of its trace.
func (t *Tracing) Transport(base http.RoundTripper) http.RoundTripper {
	if t.provider == nil {
		return base
	}
	return transport{otelhttp.NewTransport(base, t.options...), base}
}

// transport passes on what http.Client.CloseIdleConnections asks for; otelhttp's own does not.
type transport struct{ traced, base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t.traced.RoundTrip(r) }

// CloseIdleConnections ends connections that no call uses.
func (t transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// Database makes a span of each query of a traced request, without its parameters. It is nil where tracing is off.
func (t *Tracing) Database() pgx.QueryTracer {
	if t.provider == nil {
		return nil
	}
	return queries{otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider),
		otelpgx.WithMeterProvider(noop.NewMeterProvider()), otelpgx.WithDisableConnectionDetailsInAttributes())}
}

// Close sends what is left, as far as ctx allows.
func (t *Tracing) Close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("last spans: %w", err)
	}
	return nil
}

// methodName keeps methods that clients invent out of the names of spans.
func methodName(method string) string {
	if methodClass(method) == "other" {
		return "OTHER"
	}
	return method
}

// LogHandler adds to the lines of a log trace_id and span_id of the trace that they are written in, and what others
// tell of it.
func LogHandler(next slog.Handler, others ...func(context.Context) []slog.Attr) slog.Handler {
	return logHandler{next, others}
}

type logHandler struct {
	slog.Handler

	others []func(context.Context) []slog.Attr
}

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	var attrs []slog.Attr
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		attrs = append(attrs,
			slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	for _, other := range h.others {
		attrs = append(attrs, other(ctx)...)
	}
	if len(attrs) > 0 {
		record = record.Clone()
		record.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.others}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.others}
}
