package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
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
	return ed25519.PublicKey(s.key[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

// Verifier checks session tokens. It needs public keys only.
type Verifier struct {
	keys   map[string]ed25519.PublicKey // by key id
	parser *jwt.Parser
}

// NewVerifier returns a Verifier for the given keys; now is time.Now outside tests.
func NewVerifier(now func() time.Time, keys ...ed25519.PublicKey) *Verifier {
	byID := make(map[string]ed25519.PublicKey, len(keys))
	for _, key := range keys {
		byID[keyID(key)] = key
	}
	return &Verifier{keys: byID, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), // the token does not choose
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(now),
	)}
}

// Verify returns the caller a token stands for, or unauthenticated.
func (v *Verifier) Verify(token string) (app.Caller, error) {
	var claims jwt.RegisteredClaims
	_, err := v.parser.ParseWithClaims(token, &claims, v.key)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return app.Caller{}, &app.Error{
			Code: app.CodeUnauthenticated, Message: "the session has ended; sign in again", Err: err,
		}
	case err != nil:
		return app.Caller{}, &app.Error{
			Code: app.CodeUnauthenticated, Message: "the token is not valid; sign in again", Err: err,
		}
	case !app.IsID(claims.Subject):
		return app.Caller{}, app.Errorf(app.CodeUnauthenticated, "the token names no user; sign in again")
	}
	return app.Caller{UserID: claims.Subject, Token: token}, nil
}

func (v *Verifier) key(token *jwt.Token) (any, error) {
	id, _ := token.Header["kid"].(string)
	key, ok := v.keys[id]
	if !ok {
		return nil, errors.New("signed with a key we do not know")
	}
	return key, nil
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

// ReadKey reads an Ed25519 private key in PKCS#8 from a PEM file. Its errors never hold the content.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	const wanted = "want one made by: openssl genpkey -algorithm ed25519"
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("token key %s: got no PEM block PRIVATE KEY, %s", path, wanted)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("token key %s: got no PKCS#8 key, %s", path, wanted)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("token key %s: got %T, %s", path, parsed, wanted)
	}
	return key, nil
}
