// Package ops is what the people who run the app see of it, and what keeps it standing when too much is asked:
// metrics for Prometheus, traces by OpenTelemetry, load shedding and limits by client.
//
// Each is a layer around the handlers of app/web, and costs nothing where it is off.
package ops

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const prefix = "ladder_"

// bounds of the durations, in seconds. The objectives of the phases are among them, 0.2, 0.15, 0.1 and 0.05: a part of
// requests within an objective is counted, not estimated.
var bounds = []float64{.001, .0025, .005, .01, .025, .05, .075, .1, .15, .2, .3, .5, 1, 2.5, 5}

// Metrics are what one process counts.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge

	mu    sync.RWMutex
	known map[series]counted // looking them up by their labels costs more than counting
}

// series are the labels of requests that are counted together.
type series struct{ route, method, code string }

type counted struct {
	requests  prometheus.Counter
	durations prometheus.Observer
}

// NewMetrics returns metrics of the Go runtime and of the process; Layer and Register add the others.
func NewMetrics() *Metrics {
	labels := []string{"route", "method", "code"}
	m := &Metrics{
		registry: prometheus.NewRegistry(), known: map[series]counted{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "http_requests_total", Help: "Requests by route template, class of method and of status.",
		}, labels),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "http_request_duration_seconds", Help: "Time from a request to the end of its answer.",
			Buckets: bounds,
		}, labels),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: prefix + "http_requests_in_flight", Help: "Requests that are being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.inFlight, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers GET /metrics. It is for a listener of its own, which the outside does not reach.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, // one source that is down leaves the others
	}))
	return mux
}

// Layer counts requests, except probes. The request must know its route.
func (m *Metrics) Layer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isProbe(r) {
			next.ServeHTTP(w, r)
			return
		}
		start, answer, whole := time.Now(), record(w), false
		m.inFlight.Inc()
		defer func() {
			m.inFlight.Dec()
			code := class(answer.code())
			if !whole { // the handler broke off its answer
				code = class(http.StatusInternalServerError)
			}
			of := m.of(series{routeOf(r), methodClass(r.Method), code})
			of.requests.Inc()
			of.durations.Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(answer, r)
		whole = true
	})
}

func (m *Metrics) of(s series) counted {
	m.mu.RLock()
	of, found := m.known[s]
	m.mu.RUnlock()
	if found {
		return of
	}
	of = counted{
		m.requests.WithLabelValues(s.route, s.method, s.code), m.durations.WithLabelValues(s.route, s.method, s.code),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[s] = of
	return of
}

// Value is one number that another package keeps.
type Value struct {
	Name   string   // without the prefix ladder_; a counter ends in _total
	Help   string   // the same for all of one name
	Labels []string // name, value and so on; the same names for all of one name
	Value  float64
}

// Register adds what read returns whenever somebody asks for the metrics.
func (m *Metrics) Register(read func() []Value) { m.registry.MustRegister(source(read)) }

type source func() []Value

// Describe implements prometheus.Collector: what will come is not known.
func (source) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (s source) Collect(out chan<- prometheus.Metric) {
	for _, v := range s() {
		kind := prometheus.GaugeValue
		if strings.HasSuffix(v.Name, "_total") {
			kind = prometheus.CounterValue
		}
		var names, values []string
		for i := 0; i+1 < len(v.Labels); i += 2 {
			names, values = append(names, v.Labels[i]), append(values, v.Labels[i+1])
		}
		description := prometheus.NewDesc(prefix+v.Name, v.Help, names, nil)
		metric, err := prometheus.NewConstMetric(description, kind, v.Value, values...)
		if err != nil {
			metric = prometheus.NewInvalidMetric(description, err)
		}
		out <- metric
	}
}

// routeOf returns the template of a route, never a path: there are only as many as routes.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	_, template, found := strings.Cut(r.Pattern, " ")
	if !found {
		return r.Pattern
	}
	return template
}

// methodClass keeps methods that clients invent out of the labels.
func methodClass(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return "read"
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return "write"
	}
	return "other"
}

func class(status int) string {
	classes := [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}
	if i := status/100 - 1; i >= 0 && i < len(classes) {
		return classes[i]
	}
	return "other"
}

func isProbe(r *http.Request) bool { return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" }
