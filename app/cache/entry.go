package cache

import (
	"encoding/json"
	"math/rand/v2"
	"time"
)

// Entry is a value as it was read from the store.
type Entry[T any] struct {
	Version int64  `json:"v"` // 0: there is no such value
	Seen           // by whoever read, so that the value holds it
	ReadAt  int64  `json:"r"`           // Unix µs when the read began
	After   string `json:"t,omitempty"` // Token of Loaded
	GoneBy  int64  `json:"g,omitempty"` // Unix µs when a read ended that found no such value
	Found   bool   `json:"f,omitempty"`
	Value   T      `json:"x"`
}

// Seen is what somebody knows of who asks for a value; zero: of nothing that may be missing somewhere.
//
// The time alone does not tell what is in a value. Of two writes at the same time the one that was done first may be
// noted last: who then asks with the later time has not seen the other.
type Seen struct {
	Wrote int64  `json:"w,omitempty"` // Unix µs of the last write
	Token string `json:"k,omitempty"` // of the store, for all writes; empty where every read is the newest
}

// holds is Config.Holds.
type holds func(token, also string) bool

// covers reports whether the value holds what was seen: it was read by somebody who had seen that, or so long after it
// that every replica had it.
func (e Entry[T]) covers(seen Seen, lag time.Duration, holds holds) bool {
	return seen.Wrote == 0 || e.ReadAt >= seen.Wrote+lag.Microseconds() ||
		e.Wrote >= seen.Wrote && holds(e.Token, seen.Token)
}

func (e Entry[T]) encode() ([]byte, error) { return json.Marshal(e) }

func decode[T any](data []byte) (e Entry[T], err error) {
	err = json.Unmarshal(data, &e)
	return e, err
}

// vary returns d, more or less by up to a tenth.
func (t Times) vary(d time.Duration) time.Duration {
	if t.Together {
		return d
	}
	const tenth = 0.1
	return time.Duration(float64(d) * (1 - tenth + 2*tenth*rand.Float64())) //nolint:gosec // G404: no secret
}
