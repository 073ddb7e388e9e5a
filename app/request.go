package app

import (
	"context"
	"strings"
)

// MaxIdempotencyKeyBytes is the length of a request's name. [project limit].
const MaxIdempotencyKeyBytes = 128

// requestKey names what a context carries of one request: its type is the key.
type requestKey[T any] struct{}

func with[T any](ctx context.Context, value T) context.Context {
	return context.WithValue(ctx, requestKey[T]{}, value)
}

func from[T any](ctx context.Context) (value T, ok bool) {
	value, ok = ctx.Value(requestKey[T]{}).(T)
	return value, ok
}

type requestID string

// WithRequestID returns a context of the request id.
func WithRequestID(ctx context.Context, id string) context.Context { return with(ctx, requestID(id)) }

// RequestID returns the id of the request that ctx belongs to, for the log and for calls to the next service.
func RequestID(ctx context.Context) string {
	id, _ := from[requestID](ctx)
	return string(id)
}

type idempotencyKey string

// WithRequest is WithRequestID, WithFreshness and WithOrigin at once, for what comes in.
func WithRequest(ctx context.Context, id, token string) (context.Context, *Origin) {
	r := &request{Context: ctx, id: requestID(id), freshness: FreshnessState{token: token}}
	return r, &r.origin
}

// request is one context for all that every request carries: it is made and searched with each of them.
type request struct {
	context.Context //nolint:containedctx // it is one

	id        requestID
	freshness FreshnessState
	origin    Origin
}

// Value implements context.Context.
func (r *request) Value(key any) any {
	switch key.(type) {
	case requestKey[requestID]:
		return r.id
	case requestKey[*FreshnessState]:
		return &r.freshness
	case requestKey[*Origin]:
		return &r.origin
	}
	return r.Context.Value(key)
}

// WithIdempotencyKey returns a context in which each write is done at most once for the key, the caller and
// IdempotencyTime: doing it again with the same input returns the first answer, with another input conflict.
// Only successes are kept: a failure has changed nothing, so it may be tried again.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return with(ctx, idempotencyKey(key))
}

// IdempotencyKey returns the key of the write that ctx belongs to; empty when the write has none.
func IdempotencyKey(ctx context.Context) string {
	key, _ := from[idempotencyKey](ctx)
	return string(key)
}

// CheckIdempotencyKey reports what is wrong with a key that came from outside, as invalid.
func CheckIdempotencyKey(key string) error {
	outside := func(c rune) bool { return c <= ' ' || c > '~' }
	if key == "" || len(key) > MaxIdempotencyKeyBytes || strings.ContainsFunc(key, outside) {
		return Errorf(CodeInvalid, "idempotency key: got %.40q of %d bytes, want 1 to %d visible ASCII characters, "+
			"such as a random UUID", key, len(key), MaxIdempotencyKeyBytes)
	}
	return nil
}
