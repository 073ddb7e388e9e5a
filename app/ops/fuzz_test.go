package ops

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// Whatever comes as the trace of a request, the request has one, and is answered.
// go test ./app/ops -run '^$' -fuzz FuzzTraceHeaders -fuzztime 30s.
func FuzzTraceHeaders(f *testing.F) {
	for _, seed := range []string{
		"", fromAbroad, fromAbroad + "-x", "00-" + parentID + "-0000000000000000-01", "ff" + fromAbroad[2:], "00-x", "é", "\x00",
	} {
		f.Add(seed, "vendor=value,other=1")
	}
	spans := tracetest.NewInMemoryExporter()
	all := newTracing(TraceConfig{Ratio: 1, Role: "all"}, sdktrace.WithSyncer(spans))
	none := newTracing(TraceConfig{Role: "all"}, sdktrace.WithSyncer(spans))
	f.Fuzz(func(t *testing.T, parent, state string) {
		spans.Reset()
		for _, tracing := range []*Tracing{all, none} {
			var found trace.SpanContext
			handler := routed("GET /{page}", func(_ http.ResponseWriter, r *http.Request) {
				found = trace.SpanContextFromContext(r.Context())
			}, tracing.Layer)
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/page", nil)
			r.Header["Traceparent"], r.Header["Tracestate"] = []string{parent}, []string{state}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
			require.True(t, found.IsValid(), "%v", found)
		}
	})
}

// Whatever comes as the way of a request, the address of the client is one or is not known.
// go test ./app/ops -run '^$' -fuzz FuzzClientAddress -fuzztime 30s.
func FuzzClientAddress(f *testing.F) {
	for _, seed := range []string{"", "1.2.3.4", "1.2.3.4, 5.6.7.8", "[::1]:80", "fe80::1%eth0", ",,", "::ffff:1.2.3.4", "x"} {
		f.Add(seed, "192.0.2.1:1234", 1)
	}
	f.Fuzz(func(t *testing.T, forwarded, peer string, proxies int) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header["X-Forwarded-For"], r.RemoteAddr = []string{forwarded}, peer
		got := ClientAddress(r, proxies)
		_, isAddress := netip.ParseAddr(got)
		_, isPrefix := netip.ParsePrefix(got)
		require.True(t, got == "unknown" || isAddress == nil || isPrefix == nil, got)
	})
}
