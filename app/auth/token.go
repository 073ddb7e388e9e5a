package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ladder-iac/ladder/app"
)

const (
	issuer   = "ladder"
	audience = "ladder"

	// SessionTime is how long a token is good. A token cannot be called back, so it is short.
	SessionTime = 30 * time.Minute

	// leeway is how far the clocks of two machines may be apart.
	leeway = time.Minute
)

// Signer makes session tokens.
type Signer struct {
	key ed25519.PrivateKey
	id  string
	now func() time.Time
}

// NewSigner returns a Signer for a private key; now is time.Now outside tests.
func NewSigner(key ed25519.PrivateKey, now func() time.Time) (*Signer, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("token key: got %d bytes, want an Ed25519 private key of %d", len(key),
			ed25519.PrivateKeySize)
	}
	signer := &Signer{key: key, now: now}
	signer.id = keyID(signer.Public())
	return signer, nil
}

// Sign returns a token for a user and the time it ends.
func (s *Signer) Sign(userID string) (token string, expires time.Time, err error) {
	now := s.now().UTC().Truncate(time.Second)
	expires = now.Add(SessionTime)
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.RegisteredClaims{
		Issuer:    issuer,
		Audience:  jwt.ClaimStrings{audience},
		Subject:   userID,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(expires),
	})
	unsigned.Header["kid"] = s.id
	token, err = unsigned.SignedString(s.key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign token: %w", err)
	}
	return token, expires, nil
}

// Public returns the key that verifies the signer's tokens.
func (s *Signer) Public() ed25519.PublicKey {
	return publicOf(s.key)
}

// TokenSigner makes session tokens: a Signer, or a KeyRing whose key may change.
type TokenSigner interface {
	// Sign returns a token for a user and the time it ends.
	Sign(userID string) (token string, expires time.Time, err error)
}

// KeySource finds public keys by their id.
type KeySource interface {
	// Key returns a key, ErrUnknownKey, or unavailable when nobody can tell now.
	Key(ctx context.Context, id string) (ed25519.PublicKey, error)
}

// ErrUnknownKey is the answer for an id that no key of ours has.
var ErrUnknownKey = errors.New("signed with a key we do not know")

// Verifier checks session tokens. It needs public keys only.
type Verifier struct {
	keys   KeySource
	parser *jwt.Parser
	now    func() time.Time
	known  memory
}

// NewVerifier returns a Verifier for the keys of a source; now is time.Now outside tests.
func NewVerifier(now func() time.Time, keys KeySource) *Verifier {
	return &Verifier{keys: keys, now: now, known: newMemory(), parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), // the token does not choose
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(now),
	)}
}

// Verify returns the caller a token stands for, or unauthenticated, or unavailable when its key cannot be had now.
func (v *Verifier) Verify(ctx context.Context, token string) (app.Caller, error) {
	if caller, good := v.known.good(ctx, token, v.keys, v.now()); good {
		return caller, nil
	}
	var claims jwt.RegisteredClaims
	var found verified
	_, err := v.parser.ParseWithClaims(token, &claims, func(token *jwt.Token) (any, error) {
		found.keyID, _ = token.Header["kid"].(string)
		key, err := v.keys.Key(ctx, found.keyID)
		found.key = key
		return key, err
	})
	unauthenticated := func(message string) error {
		return &app.Error{Code: app.CodeUnauthenticated, Message: message, Err: err}
	}
	coded, isCoded := errors.AsType[*app.Error](err)
	switch {
	case isCoded:
		return app.Caller{}, coded
	case errors.Is(err, jwt.ErrTokenExpired):
		return app.Caller{}, unauthenticated("the session has ended; sign in again")
	case err != nil:
		return app.Caller{}, unauthenticated("the token is not valid; sign in again")
	case !app.IsID(claims.Subject):
		return app.Caller{}, unauthenticated("the token names no user; sign in again")
	}
	found.caller, found.expires = app.Caller{UserID: claims.Subject, Token: token}, claims.ExpiresAt.Time
	v.known.tokens.Set(token, found)
	return found.caller, nil
}

// keyID is the thumbprint of a public key. [RFC 7638, RFC 8037 appendix A.3].
func keyID(key ed25519.PublicKey) string {
	x := base64.RawURLEncoding.EncodeToString(key)
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// GenerateKey returns a new key, for a process that keeps nothing.
func GenerateKey() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate token key: %w", err)
	}
	return key, nil
}
