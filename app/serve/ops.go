package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/web"
)

const (
	traceTime = 5 * time.Second // how long the last traces may take to leave
	maxRate   = 1e6             // of requests a second: more than a process can answer
)

// validateOps reports what keeps the process from being watched and from standing.
func (c Config) validateOps() error {
	var bad []error
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	if c.MetricsAddr != "" {
		_, err := portOf(c.MetricsAddr)
		add(err == nil, "METRICS_ADDR: got %q, want host:port or :port", c.MetricsAddr)
	}
	if c.TraceEndpoint != "" {
		at, err := url.Parse(c.TraceEndpoint)
		const want = "want http://host:4318"
		if err != nil || at.User != nil { // not shown: it may be a secret
			add(false, "OTEL_EXPORTER_OTLP_ENDPOINT: got no URL, or one with a user, %s", want)
		} else {
			add(at.Host != "" && (at.Scheme == "http" || at.Scheme == "https"),
				"OTEL_EXPORTER_OTLP_ENDPOINT: got %q, %s", c.TraceEndpoint, want)
		}
	}
	if c.CORSOrigin != "" {
		from, err := url.Parse(c.CORSOrigin)
		add(err == nil && from.Host != "" && (from.Scheme == "http" || from.Scheme == "https") &&
			c.CORSOrigin == from.Scheme+"://"+strings.ToLower(from.Host),
			"CORS_ORIGIN: got %q, want https://host as browsers send it: in lower case, without a path", c.CORSOrigin)
	}
	add(c.LogSample >= 0 && c.LogSample <= 1, "LOG_SAMPLE: got %g, want 0 to 1", c.LogSample)
	add(c.TraceRatio >= 0 && c.TraceRatio <= 1, "TRACE_RATIO: got %g, want 0 to 1", c.TraceRatio)
	add(c.ShedMin >= 1 && c.ShedMin <= c.ShedMax,
		"SHED_MIN: got %d, want 1 to SHED_MAX, which is %d", c.ShedMin, c.ShedMax)
	add(c.ShedTime > 0, "SHED_TIME: got %s, want more than 0", c.ShedTime)
	add(c.UserRate >= 0 && c.UserRate <= maxRate,
		"RATE_LIMIT_USER: got %g, want 0 to %g requests a second", c.UserRate, float64(maxRate))
	add(c.AddressRate >= 0 && c.AddressRate <= maxRate,
		"RATE_LIMIT_ADDRESS: got %g, want 0 to %g requests a second", c.AddressRate, float64(maxRate))
	add(c.TrustedProxies >= 0, "TRUSTED_PROXIES: got %d, want 0 or more", c.TrustedProxies)
	return errors.Join(bad...)
}

// wireOps makes what watches the process. It comes first, so that it closes last.
func (w *wiring) wireOps(ctx context.Context, config Config, about web.About, log *slog.Logger) (err error) {
	w.metrics = ops.NewMetrics()
	w.tracing, err = ops.NewTracing(ctx, ops.TraceConfig{
		Endpoint: config.TraceEndpoint, Ratio: config.TraceRatio,
		Stack: about.Stack, Role: about.Role, Version: about.Version, Node: about.Node,
	}, log)
	if err != nil {
		return fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	w.closers = append(w.closers, func() {
		ctx, cancel := context.WithTimeout(ctx, traceTime)
		defer cancel()
		if err := w.tracing.Close(ctx); err != nil {
			log.Warn("the last traces are lost", slog.Any("error", err))
		}
	})
	return nil
}

// layers are around the handlers: outside of what counts an answer as failed, and inside of it.
func (w *wiring) layers(config Config) (outside, inside []web.Layer) {
	shed := ops.NewShedder(ops.ShedLimits{Min: config.ShedMin, Max: config.ShedMax, Time: config.ShedTime})
	w.metrics.Register(shed.Values)
	limit := ops.NewRateLimit(ops.RateLimits{
		User: rate(config.UserRate), Address: rate(config.AddressRate), Proxies: config.TrustedProxies,
	}, web.UserOf(w.services.Verify))
	w.metrics.Register(limit.Values)
	outside = []web.Layer{w.tracing.Layer}
	if config.CORSOrigin != "" {
		outside = append([]web.Layer{web.CORS(config.CORSOrigin)}, outside...)
	}
	return outside, []web.Layer{w.metrics.Layer, web.Uploads(config.ShedMax), shed.Layer, limit.Layer}
}

// rate lets twice as many through at once as in a second.
func rate(perSecond float64) ops.Rate {
	return ops.Rate{PerSecond: perSecond, Burst: int(2 * perSecond)}
}
