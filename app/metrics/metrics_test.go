package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// received is the embedded metric format as CloudWatch reads it.
type received struct {
	AWS struct {
		Timestamp         int64
		LogGroupName      string
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
	Stack    string
	Requests int
	Errors   int
	Ready    int
	Latency  *struct {
		Values, Counts []float64
		Min, Max, Sum  float64
		Count          int
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	agent := listen(t)
	var recorder metrics.Recorder
	for _, status := range []int{200, 201, 404, 499, 500, 503} {
		recorder.Observe(status, 40*time.Millisecond)
	}
	recorder.Observe(200, 2*time.Second)
	sender(agent, nil).run(t, &recorder)

	doc := agent.read(t)
	require.WithinDuration(t, time.Now(), time.UnixMilli(doc.AWS.Timestamp), time.Minute)
	require.Equal(t, "/ladder/test/app", doc.AWS.LogGroupName)
	require.Len(t, doc.AWS.CloudWatchMetrics, 1)
	directive := doc.AWS.CloudWatchMetrics[0]
	require.Equal(t, "Ladder", directive.Namespace)
	require.Equal(t, [][]string{{"Stack"}}, directive.Dimensions)
	units := map[string]string{}
	for _, m := range directive.Metrics {
		units[m.Name] = m.Unit
	}
	require.Equal(t, map[string]string{
		"Requests": "Count", "Errors": "Count", "Ready": "Count", "Latency": "Milliseconds",
	}, units)
	require.Equal(t, "test", doc.Stack)
	require.Equal(t, 7, doc.Requests)
	require.Equal(t, 2, doc.Errors)
	require.Equal(t, 1, doc.Ready)
	require.Equal(t, 7, doc.Latency.Count)
	require.InDelta(t, 40, doc.Latency.Min, 0.001)
	require.InDelta(t, 2000, doc.Latency.Max, 0.001)
	require.InDelta(t, 6*40+2000, doc.Latency.Sum, 0.001)
	require.Equal(t, []float64{6, 1}, doc.Latency.Counts)
	require.InEpsilon(t, 40, doc.Latency.Values[0], 0.14)
	require.InDelta(t, 2000, doc.Latency.Values[1], 0.001)

	// The next interval starts from nothing; metrics that are declared must be there, and no others.
	quiet := agent.read(t)
	require.Zero(t, quiet.Requests)
	require.Nil(t, quiet.Latency)
	require.Len(t, quiet.AWS.CloudWatchMetrics[0].Metrics, 3)
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	agent := listen(t)
	sender(agent, errors.New("down")).run(t, new(metrics.Recorder))
	require.Zero(t, agent.read(t).Ready)
}

// The p99 that CloudWatch computes from values and counts is the real one, at most 14 percent above.
func TestPercentileOfTheDocument(t *testing.T) {
	t.Parallel()
	agent := listen(t)
	var recorder metrics.Recorder
	random := rand.New(rand.NewPCG(1, 2))
	var all []float64
	for range 20_000 {
		took := time.Duration(random.ExpFloat64() * float64(30*time.Millisecond))
		recorder.Observe(200, took)
		all = append(all, float64(took)/float64(time.Millisecond))
	}
	recorder.Observe(200, 10*time.Minute) // beyond the last step
	recorder.Observe(200, 0)
	sender(agent, nil).run(t, &recorder)
	latency := agent.read(t).Latency
	require.LessOrEqual(t, len(latency.Values), 100)
	require.True(t, slices.IsSorted(latency.Values))
	slices.Sort(all)
	for _, p := range []float64{0.5, 0.9, 0.99} {
		exact, seen, reported := all[int(p*float64(len(all)))], 0.0, 0.0
		for i, count := range latency.Counts {
			if seen += count; seen >= p*float64(latency.Count) {
				reported = latency.Values[i]
				break
			}
		}
		require.GreaterOrEqual(t, reported, exact*0.99, "p%v", p)
		require.LessOrEqual(t, reported, exact*1.15, "p%v", p)
	}
	require.InDelta(t, 600_000, latency.Max, 0.001)
}

// Every request is in exactly one document, also those after the last tick.
func TestNoneIsLostOrCountedTwice(t *testing.T) {
	t.Parallel()
	agent := listen(t)
	var recorder metrics.Recorder
	ctx, cancel := context.WithCancel(t.Context())
	var stopped, loaded, received sync.WaitGroup
	total := 0
	received.Go(func() { // along with the sender: a socket that nobody reads drops what does not fit
		for total < 20_000 {
			total += agent.read(t).Requests
		}
	})
	stopped.Go(func() { sender(agent, nil).Run(ctx, &recorder) })
	for range 4 {
		loaded.Go(func() {
			for range 5000 {
				recorder.Observe(200, time.Millisecond)
			}
		})
	}
	loaded.Wait()
	cancel()
	stopped.Wait()
	received.Wait()
	require.Equal(t, 20_000, total)
}

func TestNoAgentIsNoOutage(t *testing.T) {
	t.Parallel()
	var lines atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := sender(&agent{addr: "no address"}, nil)
	s.Log = slog.New(slog.NewTextHandler(writerFunc(func([]byte) { lines.Add(1) }), nil))
	var stopped sync.WaitGroup
	stopped.Go(func() { s.Run(ctx, new(metrics.Recorder)) })
	require.Eventually(t, func() bool { return lines.Load() > 1 }, time.Minute, time.Millisecond)
	cancel()
	stopped.Wait()
}

type agent struct {
	conn net.PacketConn
	addr string
}

func listen(t *testing.T) *agent {
	t.Helper()
	var config net.ListenConfig
	conn, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &agent{conn: conn, addr: conn.LocalAddr().String()}
}

func (a *agent) read(t *testing.T) (doc received) {
	t.Helper()
	buffer := make([]byte, 64<<10)
	require.NoError(t, a.conn.SetReadDeadline(time.Now().Add(time.Minute)))
	n, _, err := a.conn.ReadFrom(buffer)
	require.NoError(t, err)
	require.Equal(t, byte('\n'), buffer[n-1], "one line")
	require.NoError(t, json.Unmarshal(buffer[:n], &doc))
	return doc
}

type testSender struct{ metrics.Sender }

func sender(a *agent, ready error) testSender {
	return testSender{metrics.Sender{
		Addr: a.addr, LogGroup: "/ladder/test/app", Stack: "test", Interval: 5 * time.Millisecond,
		Ready: func(context.Context) error { return ready },
		Log:   slog.New(slog.DiscardHandler),
	}}
}

func (s testSender) run(t *testing.T, recorder *metrics.Recorder) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var stopped sync.WaitGroup
	stopped.Go(func() { s.Run(ctx, recorder) })
	t.Cleanup(stopped.Wait)
	t.Cleanup(cancel)
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}
