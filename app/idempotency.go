package app

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// IdempotencyTime is how long the answer to a write is kept for its key.
const IdempotencyTime = 24 * time.Hour

// Operations of writes that can be done once: the same key with another one is a conflict.
const (
	OpSignUp        = "sign up"
	OpUpdateProfile = "update profile"
	OpCreateItem    = "create item"
	OpUpdateItem    = "update item"
	OpDeleteItem    = "delete item"
)

// Fingerprint tells one input of an operation from another. It must not be given a secret: it is kept in clear.
func Fingerprint(operation string, input ...any) ([]byte, error) {
	content, err := json.Marshal(append([]any{operation}, input...))
	if err != nil {
		return nil, fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.Sum256(content)
	return sum[:], nil
}

// IdempotencyMismatch is the answer to a key that was used for something else.
func IdempotencyMismatch() error {
	return Errorf(CodeConflict, "idempotency key: it was used for another request; use a new key for a new request")
}
