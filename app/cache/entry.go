package cache

import (
	"encoding/json"
	"math/rand/v2"
	"time"
)

// Entry is a value as it was read from the store.
type Entry[T any] struct {
	Version int64  `json:"v"`           // 0: there is no such value
	Wrote   int64  `json:"w,omitempty"` // Unix µs of a write that whoever read knew of, so that the value holds it
	ReadAt  int64  `json:"r"`           // Unix µs when the read began
	Token   string `json:"t,omitempty"` // of Loaded
	Found   bool   `json:"f,omitempty"`
	Value   T      `json:"x"`
}

// covers reports whether the value holds a write at the time wrote: it was read by somebody who knew of that write, or
// so long after it that every replica had it.
func (e Entry[T]) covers(wrote int64, lag time.Duration) bool {
	return wrote == 0 || e.Wrote >= wrote || e.ReadAt >= wrote+lag.Microseconds()
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
