package memory

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// replays keeps the answers to writes for their idempotency keys.
type replays struct {
	mu     sync.Mutex
	byKey  map[replayKey]*replay
	oldest []replayKey // by the time of the first use
}

type replayKey struct{ scope, key string }

type replay struct {
	mu          sync.Mutex // held while the write runs: a duplicate waits for its end
	made        time.Time
	done        bool
	fingerprint []byte
	answer      any
}

func newReplays() *replays { return &replays{byKey: map[replayKey]*replay{}} }

// once runs a write, or returns the answer of the first time. Without a key it always runs.
func once[T any](
	ctx context.Context, r *replays, scope string, fingerprint []byte, write func() (T, error),
) (T, error) {
	var none T
	key := app.IdempotencyKey(ctx)
	if key == "" {
		return write()
	}
	kept := r.keep(replayKey{scope, key}, app.Now())
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.done {
		answer, same := kept.answer.(T)
		if !same || !bytes.Equal(kept.fingerprint, fingerprint) {
			return none, app.IdempotencyMismatch()
		}
		app.OriginOf(ctx).SetReplayed()
		return answer, nil
	}
	answer, err := write()
	if err != nil {
		return none, err
	}
	kept.done, kept.fingerprint, kept.answer = true, fingerprint, answer
	return answer, nil
}

// keep returns the place of a key and forgets those whose time is over.
func (r *replays) keep(key replayKey, now time.Time) *replay {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.oldest) > 0 && now.Sub(r.byKey[r.oldest[0]].made) >= app.IdempotencyTime {
		delete(r.byKey, r.oldest[0])
		r.oldest = r.oldest[1:]
	}
	if kept, ok := r.byKey[key]; ok {
		return kept
	}
	kept := &replay{made: now}
	r.byKey[key], r.oldest = kept, append(r.oldest, key)
	return kept
}
