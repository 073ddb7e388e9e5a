package postgres

import (
	"sync"
	"time"
)

// observation is one look at a node.
type observation struct {
	at  time.Time
	err error         // it did not answer, or is no replica of the writer
	lag time.Duration // how old what it shows is
}

// health is whether a replica answers reads. It leaves at once and comes back late, so that it does not flap.
type health struct {
	out       bool
	failures  int       // in a row
	lastGood  time.Time // last answer
	goodSince time.Time // start of the good observations that bring it back
}

// next is the health after one more observation.
func (h health) next(seen observation, limits Limits) health {
	if seen.err != nil {
		h.failures++
		h.goodSince = time.Time{}
		h.out = h.out || h.failures >= limits.MaxFailures
		return h
	}
	h.failures, h.lastGood = 0, seen.at
	switch {
	case seen.lag > limits.MaxLag:
		h.out, h.goodSince = true, time.Time{}
	case seen.lag > limits.RejoinLag:
		h.goodSince = time.Time{}
	case h.goodSince.IsZero():
		h.goodSince = seen.at
	}
	if h.out && !h.goodSince.IsZero() && seen.at.Sub(h.goodSince) >= limits.RejoinAfter {
		h.out = false
	}
	return h
}

// usable reports whether the replica may answer a read: it is in, and was seen lately.
func (h health) usable(now time.Time, limits Limits) bool {
	return !h.out && now.Sub(h.lastGood) <= limits.MaxSilence
}

// history is where the log of the writer was, over the last seconds. It turns a position into a time: on an idle
// writer the time since the last commit says nothing about the lag, and equal positions do.
type history struct {
	mu     sync.Mutex
	points []point // oldest first
}

type point struct {
	at       time.Time
	position int64
}

const (
	historyPoints = 256
	historyStep   = 100 * time.Millisecond // 256 of them reach back 25 s, further than any lag that is tolerated
)

func (h *history) add(at time.Time, position int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := len(h.points) - 1
	// Positions only grow in one cluster. Of equal positions the first time counts.
	if last >= 0 && (position <= h.points[last].position || at.Sub(h.points[last].at) < historyStep) {
		return
	}
	if len(h.points) == historyPoints {
		h.points = append(h.points[:0], h.points[1:]...)
	}
	h.points = append(h.points, point{at: at, position: position})
}

// lag is how long ago the writer was known to be further than position; 0 when it was not.
func (h *history) lag(now time.Time, position int64) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.points {
		if p.position > position {
			return now.Sub(p.at)
		}
	}
	return 0
}
