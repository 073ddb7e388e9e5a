// Package auth hashes passwords (argon2id) and signs and verifies session tokens (JWT, Ed25519).
package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"github.com/ladder-iac/ladder/app"
)

const (
	saltBytes = 16
	hashBytes = 32
)

// Cost is the work of one password hash.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost is the minimum recommended for argon2id: 19 MiB, 2 passes, 1 thread.
// [OWASP Password Storage Cheat Sheet, 2025].
func DefaultCost() Cost { return Cost{MemoryKiB: 19 << 10, Passes: 2, Threads: 1} }

// Hasher hashes and verifies passwords, a bounded number at a time: a flood of sign-ins must not take
// the memory and the CPU of all other requests.
type Hasher struct {
	cost    Cost
	slots   chan struct{}
	waiting atomic.Int64
}

// queue is how many passwords may wait for each that is worked on, and maxQueue for all of them: fewer than the
// requests that are always let in, so that passwords never take all of these.
const queue, maxQueue = 10, 16

// NewHasher returns a Hasher that works on at most parallel passwords at once (at least 1).
func NewHasher(cost Cost, parallel int) *Hasher {
	return &Hasher{cost: cost, slots: make(chan struct{}, max(1, parallel))}
}

// Hash returns the PHC string of a password ($argon2id$v=19$m=..,t=..,p=..$salt$hash);
// unavailable when ctx ends while waiting for a slot.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails [crypto/rand, Go 1.24]
	sum, err := h.sum(ctx, h.cost, salt, password)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes,
		h.cost.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// Verify reports whether password belongs to the encoded hash. An empty hash (no such user) takes as long
// as a real one and is never right, so that time does not tell which addresses exist.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (bool, error) {
	if len(password) > app.MaxPasswordBytes {
		return false, nil
	}
	if encoded == "" {
		_, err := h.sum(ctx, h.cost, make([]byte, saltBytes), password)
		return false, err
	}
	cost, salt, want, err := parse(encoded)
	if err != nil {
		return false, err
	}
	got, err := h.sum(ctx, cost, salt, password)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (h *Hasher) sum(ctx context.Context, cost Cost, salt []byte, password string) ([]byte, error) {
	busy := func(err error) error {
		return &app.Error{Code: app.CodeUnavailable, Message: "too many sign-ins at once; try again later", Err: err}
	}
	waiting := h.waiting.Add(1)
	if waiting > int64(min(queue*cap(h.slots), maxQueue)) {
		h.waiting.Add(-1)
		return nil, busy(nil)
	}
	select {
	case h.slots <- struct{}{}:
		h.waiting.Add(-1)
		defer func() { <-h.slots }()
	case <-ctx.Done():
		h.waiting.Add(-1)
		return nil, busy(ctx.Err())
	}
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Threads, hashBytes), nil
}

// parse reads a PHC string. Its errors never hold the hash.
func parse(encoded string) (cost Cost, salt, sum []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, fmt.Errorf("stored password hash: got another form, want $argon2id$v=%d$", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Threads); err != nil {
		return cost, nil, nil, fmt.Errorf("stored password hash: cost %q: %w", parts[3], err)
	}
	if cost.Passes < 1 || cost.Threads < 1 {
		return cost, nil, nil, fmt.Errorf("stored password hash: cost %q, want t and p of at least 1", parts[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return cost, nil, nil, fmt.Errorf("stored password hash: salt: %w", err)
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return cost, nil, nil, fmt.Errorf("stored password hash: sum: %w", err)
	}
	return cost, salt, sum, nil
}
