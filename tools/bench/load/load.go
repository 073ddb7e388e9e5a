package load

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// queued is how many requests may wait for a connection at a fixed rate; more are dropped and count as failed, so
// that a server that stands still does not fill the memory.
const queued = 10_000

// Result is what came of a load.
type Result struct {
	Took     time.Duration
	Sent     int // with an answer, good or not
	Failed   int // no answer, or a status of 400 or more
	Dropped  int // never sent; they are failures too
	Statuses map[int]int

	Latency *hdrhistogram.Histogram // of good answers, µs; from the intended time, at a fixed rate
	Service *hdrhistogram.Histogram // of good answers, µs; from the time of sending
	Lag     *hdrhistogram.Histogram // of the generator, µs
}

// Good returns how many answers were good.
func (r Result) Good() int { return r.Sent - r.Failed }

// Rate returns good answers a second.
func (r Result) Rate() float64 { return float64(r.Good()) / r.Took.Seconds() }

// NewHistogram returns one for 1 µs to 60 s with three digits.
func NewHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 60_000_000, 3) }

// sample is one answer.
type sample struct {
	status                int
	latency, service, lag time.Duration
}

// Closed sends the next request of a connection when the answer to the one before is there.
func (c *Client) Closed(ctx context.Context, took time.Duration, conns int, source Source) Result {
	samples := make([][]sample, min(conns, len(c.conns)))
	start := time.Now()
	end := start.Add(took)
	var all sync.WaitGroup
	for i := range samples {
		all.Go(func() {
			for ctx.Err() == nil {
				sent := time.Now()
				if sent.After(end) {
					return
				}
				status := c.conns[i].send(ctx, source())
				service := time.Since(sent)
				samples[i] = append(samples[i], sample{status: status, latency: service, service: service})
			}
		})
	}
	all.Wait()
	return gather(time.Since(start), samples, 0)
}

// Open sends at a fixed rate whatever the answers do.
func (c *Client) Open(ctx context.Context, took time.Duration, perSecond float64, source Source) Result {
	due := make(chan time.Time, queued)
	samples := make([][]sample, len(c.conns))
	var all sync.WaitGroup
	for i, one := range c.conns {
		all.Go(func() {
			free := time.Now()
			for intended := range due {
				sent := time.Now()
				status := one.send(ctx, source())
				done := time.Now()
				samples[i] = append(samples[i], sample{
					status: status, latency: done.Sub(intended), service: done.Sub(sent),
					// Waiting for a busy connection is the server's doing; being late on a free one is ours.
					lag: max(0, sent.Sub(later(intended, free))),
				})
				free = time.Now()
			}
		})
	}
	start := time.Now()
	dropped := schedule(ctx, start, took, perSecond, due)
	close(due)
	all.Wait()
	return gather(time.Since(start), samples, dropped)
}

// schedule puts each request's time into due when it comes. The sleep is the kernel's: a timer of the runtime may be
// a millisecond late.
func schedule(
	ctx context.Context, start time.Time, took time.Duration, perSecond float64, due chan<- time.Time,
) (dropped int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for i := range int(took.Seconds() * perSecond) {
		intended := start.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		if wait := time.Until(intended); wait > 0 {
			sleep(wait)
		}
		if ctx.Err() != nil {
			return dropped
		}
		select {
		case due <- intended:
		default:
			dropped++
		}
	}
	return dropped
}

func (c *conn) send(ctx context.Context, request Request) (status int) {
	status, err := c.do(ctx, request.Bytes)
	if err != nil {
		status = 0
	}
	if request.Done != nil {
		request.Done(status)
	}
	return status
}

func gather(took time.Duration, samples [][]sample, dropped int) Result {
	result := Result{
		Took: took, Dropped: dropped, Statuses: map[int]int{},
		Latency: NewHistogram(), Service: NewHistogram(), Lag: NewHistogram(),
	}
	for _, some := range samples {
		for _, s := range some {
			result.Sent++
			result.Statuses[s.status]++
			record(result.Lag, s.lag)
			if s.status < 200 || s.status >= 400 {
				result.Failed++
				continue
			}
			record(result.Latency, s.latency)
			record(result.Service, s.service)
		}
	}
	return result
}

func record(to *hdrhistogram.Histogram, took time.Duration) {
	_ = to.RecordValue(min(max(took.Microseconds(), 1), to.HighestTrackableValue())) // never out of range
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
