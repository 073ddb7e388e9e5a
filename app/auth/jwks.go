package auth

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// JWKSPath is where the user service publishes its public keys.
const JWKSPath = "/.well-known/jwks.json"

// Keys are public keys by their id, which is the thumbprint of the key.
type Keys struct {
	byID  map[string]ed25519.PublicKey
	order []string
}

// NewKeys returns the given keys, each once.
func NewKeys(keys ...ed25519.PublicKey) Keys {
	all := Keys{byID: make(map[string]ed25519.PublicKey, len(keys))}
	for _, key := range keys {
		id := keyID(key)
		if _, known := all.byID[id]; !known {
			all.byID[id], all.order = key, append(all.order, id)
		}
	}
	return all
}

// Key implements KeySource.
func (k Keys) Key(_ context.Context, id string) (ed25519.PublicKey, error) {
	if key, ok := k.byID[id]; ok {
		return key, nil
	}
	return nil, ErrUnknownKey
}

// jwk is one public key. [RFC 7517, RFC 8037].
type jwk struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	ID    string `json:"kid"`
	Alg   string `json:"alg"`
	Use   string `json:"use"`
}

type jwkSet struct {
	Keys []jwk `json:"keys"`
}

// MarshalJSON writes a JSON Web Key Set, the key that signs first.
func (k Keys) MarshalJSON() ([]byte, error) {
	set := jwkSet{Keys: []jwk{}}
	for _, id := range k.order {
		set.Keys = append(set.Keys, jwk{
			Type: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(k.byID[id]),
			ID: id, Alg: "EdDSA", Use: "sig",
		})
	}
	return json.Marshal(set)
}

// ParseKeys reads a JSON Web Key Set. Keys of other kinds are left out [RFC 7517, section 5]; a set without any of
// ours is an error. What the set calls a key does not count: its id is computed.
func ParseKeys(content []byte) (Keys, error) {
	var set jwkSet
	if err := json.Unmarshal(content, &set); err != nil {
		return Keys{}, fmt.Errorf("key set: %w", err)
	}
	var keys []ed25519.PublicKey
	for _, one := range set.Keys {
		if one.Type != "OKP" || one.Curve != "Ed25519" || (one.Use != "" && one.Use != "sig") {
			continue
		}
		key, err := base64.RawURLEncoding.Strict().DecodeString(one.X)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return Keys{}, fmt.Errorf("key set: got a key of %d bytes, want %d in base64url", len(key),
				ed25519.PublicKeySize)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return Keys{}, errors.New("key set: got no Ed25519 key, want at least one")
	}
	return NewKeys(keys...), nil
}
