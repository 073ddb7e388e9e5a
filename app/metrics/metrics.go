// Package metrics counts requests and sends the counts to CloudWatch once an interval.
//
// The way is the CloudWatch agent's port for the embedded metric format: one JSON document in one UDP datagram.
// Namespace Ladder, dimension Stack, metrics Requests, Errors, Latency and Ready. Nothing waits for the agent,
// and what is lost on the way is one interval. Cost: 4 custom metrics a stack.
package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// Namespace is where CloudWatch keeps the metrics.
	Namespace = "Ladder"

	firstServerError = 500
	sendTimeout      = 5 * time.Second
	readyTimeout     = 5 * time.Second

	// Latencies are counted in steps of 14 percent from 0.1 ms to 43 s: with all above in the last step that makes
	// at most 100 different values, as many as a document may hold. [CloudWatch EMF specification].
	firstStep = 0.1 // ms
	stepRatio = 1.14
	lastStep  = 99
)

// Recorder counts the requests of one interval.
type Recorder struct {
	mu       sync.Mutex
	interval counts
}

// counts are what one interval saw.
type counts struct {
	requests, errors int64
	steps            map[int]int64 // requests by step of latency
	min, max, sum    float64       // ms
}

// Observe counts one request.
func (r *Recorder) Observe(status int, took time.Duration) {
	ms := float64(took) / float64(time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &r.interval
	if c.requests == 0 {
		*c = counts{steps: map[int]int64{}, min: ms, max: ms}
	}
	c.requests++
	if status >= firstServerError {
		c.errors++
	}
	c.steps[step(ms)]++
	c.min, c.max, c.sum = min(c.min, ms), max(c.max, ms), c.sum+ms
}

// take returns the counts and starts the next interval.
func (r *Recorder) take() counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.interval
	r.interval = counts{}
	return taken
}

func step(ms float64) int {
	if ms <= firstStep {
		return 0
	}
	return min(lastStep, int(math.Ceil(math.Log(ms/firstStep)/math.Log(stepRatio))))
}

// upper is the largest latency of a step: what is reported is never faster than what was.
func upper(step int) float64 { return firstStep * math.Pow(stepRatio, float64(step)) }

// Sender says where the counts go.
type Sender struct {
	Addr     string                          // host:port of the CloudWatch agent
	LogGroup string                          // where CloudWatch keeps the documents
	Stack    string                          // value of the dimension
	Interval time.Duration                   // CloudWatch keeps one value a minute
	Ready    func(ctx context.Context) error // nil error: Ready is 1
	Log      *slog.Logger
}

// Run sends the counts once an interval until ctx ends, and what is left then.
func (s Sender) Run(ctx context.Context, recorder *Recorder) {
	tick := time.NewTicker(s.Interval)
	defer tick.Stop()
	// What was counted is sent even when ctx ends between a tick and its document; both have bounds of their own.
	whole := context.WithoutCancel(ctx)
	for {
		select {
		case <-tick.C:
			s.flush(whole, recorder)
		case <-ctx.Done():
			s.flush(whole, recorder)
			return
		}
	}
}

func (s Sender) flush(ctx context.Context, recorder *Recorder) {
	ready, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	document, err := s.document(time.Now(), recorder.take(), s.Ready(ready) == nil)
	if err == nil {
		err = send(ctx, s.Addr, document)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "metrics of one interval lost", slog.String("error", err.Error()))
	}
}

func send(ctx context.Context, addr string, document []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", addr)
	if err != nil {
		return fmt.Errorf("send metrics: %w", err)
	}
	defer func() { _ = conn.Close() }() // UDP has nothing to flush
	if _, err := conn.Write(append(document, '\n')); err != nil {
		return fmt.Errorf("send metrics: %w", err)
	}
	return nil
}

// histogram is the form of a metric with many values.
type histogram struct {
	Values, Counts []float64
	Min, Max, Sum  float64
	Count          int64
}

type metricName struct{ Name, Unit string }

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricName
}

type metadata struct {
	Timestamp         int64 // Unix milliseconds
	LogGroupName      string
	CloudWatchMetrics []directive
}

// document returns the counts in the embedded metric format. An interval without requests has no latency.
func (s Sender) document(now time.Time, c counts, ready bool) ([]byte, error) {
	names := []metricName{{"Requests", "Count"}, {"Errors", "Count"}, {"Ready", "Count"}}
	fields := map[string]any{"Stack": s.Stack, "Requests": c.requests, "Errors": c.errors, "Ready": 0}
	if ready {
		fields["Ready"] = 1
	}
	if c.requests > 0 {
		names = append(names, metricName{"Latency", "Milliseconds"})
		latency := histogram{Min: c.min, Max: c.max, Sum: c.sum, Count: c.requests}
		for _, step := range slices.Sorted(maps.Keys(c.steps)) {
			latency.Values = append(latency.Values, min(max(upper(step), c.min), c.max))
			latency.Counts = append(latency.Counts, float64(c.steps[step]))
		}
		fields["Latency"] = latency
	}
	fields["_aws"] = metadata{
		Timestamp:    now.UnixMilli(),
		LogGroupName: s.LogGroup,
		CloudWatchMetrics: []directive{
			{Namespace: Namespace, Dimensions: [][]string{{"Stack"}}, Metrics: names},
		},
	}
	content, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("metrics document: %w", err)
	}
	return content, nil
}
