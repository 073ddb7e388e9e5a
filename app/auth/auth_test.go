package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

var cheap = auth.Cost{MemoryKiB: 64, Passes: 1, Threads: 1}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	hasher := auth.NewHasher(cheap, 2)
	first, err := hasher.Hash(t.Context(), "secret")
	require.NoError(t, err)
	second, err := hasher.Hash(t.Context(), "secret")
	require.NoError(t, err)
	require.NotEqual(t, first, second, "each hash has its own salt")
	require.Regexp(t, `^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, first)

	for password, want := range map[string]bool{"secret": true, "Secret": false, "": false, "secret\x00": false} {
		ok, err := hasher.Verify(t.Context(), first, password)
		require.NoError(t, err)
		require.Equal(t, want, ok, "%q", password)
	}
	ok, err := hasher.Verify(t.Context(), "", "secret")
	require.NoError(t, err)
	require.False(t, ok, "no such user")
}

func TestVerifyUsesTheCostOfTheHash(t *testing.T) {
	t.Parallel()
	old, err := auth.NewHasher(cheap, 1).Hash(t.Context(), "secret")
	require.NoError(t, err)
	ok, err := auth.NewHasher(auth.Cost{MemoryKiB: 128, Passes: 2, Threads: 1}, 1).Verify(t.Context(), old, "secret")
	require.NoError(t, err)
	require.True(t, ok)
}

// An example made by another implementation: the reference program argon2 of the Debian package.
func TestVerifyKnowsTheReferenceHash(t *testing.T) {
	t.Parallel()
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$" +
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc" // password "password", salt "somesalt"
	ok, err := auth.NewHasher(auth.DefaultCost(), 1).Verify(t.Context(), reference, "password")
	require.NoError(t, err)
	require.True(t, ok)
}

func TestVerifyBrokenHash(t *testing.T) {
	t.Parallel()
	hasher := auth.NewHasher(cheap, 1)
	for _, broken := range []string{
		"plain", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$c3Vt", "$argon2id$v=18$m=64,t=1,p=1$c2FsdA$c3Vt",
		"$argon2id$v=19$m=64$c2FsdA$c3Vt", "$argon2id$v=19$m=64,t=0,p=1$c2FsdA$c3Vt",
		"$argon2id$v=19$m=64,t=1,p=1$!$c3Vt", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$!",
	} {
		_, err := hasher.Verify(t.Context(), broken, "secret")
		require.ErrorContains(t, err, "stored password hash", broken)
		require.Equal(t, app.CodeInternal, app.ErrorCode(err))
	}
}

func TestHasherIsBounded(t *testing.T) {
	t.Parallel()
	hasher := auth.NewHasher(auth.Cost{MemoryKiB: 64 << 10, Passes: 20, Threads: 1}, 1) // holds the only slot for long
	busy := make(chan struct{})
	go func() {
		defer close(busy)
		_, _ = hasher.Hash(context.WithoutCancel(t.Context()), "slow")
	}()
	defer func() { <-busy }()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := hasher.Verify(ctx, "", "waiting")
		return app.ErrorCode(err) == app.CodeUnavailable
	}, 30*time.Second, time.Millisecond)
}

// Of a flood of passwords few wait, and the rest is refused at once.
func TestPasswordsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	const working, waiting, refused = 2, 16, 14
	hasher := auth.NewHasher(auth.Cost{MemoryKiB: 64 << 10, Passes: 20, Threads: 1}, working) // none is done soon
	ctx, leave := context.WithCancel(context.WithoutCancel(t.Context()))
	defer leave()
	errs := make(chan error, working+waiting+refused)
	for range cap(errs) {
		go func() {
			_, err := hasher.Verify(ctx, "", "secret")
			errs <- err
		}()
	}
	for range refused {
		err := <-errs
		require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
		require.NotErrorIs(t, err, context.Canceled, "nobody has left")
	}
	leave()
	for range working + waiting {
		if err := <-errs; err != nil {
			require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
		}
	}

	one := auth.NewHasher(cheap, 1)
	for range 100 {
		_, err := one.Verify(t.Context(), "", "secret")
		require.NoError(t, err, "whoever is served waits no more")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	key, now := newKey(t), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	id := app.NewID()
	token, expires, err := signerAt(t, key, now).Sign(id)
	require.NoError(t, err)
	require.Equal(t, now.Add(auth.SessionTime), expires)

	at := func(moment time.Time) error {
		caller, err := auth.NewVerifier(func() time.Time { return moment }, auth.NewKeys(publicOf(key))).Verify(t.Context(), token)
		if err == nil {
			require.Equal(t, app.Caller{UserID: id, Token: token}, caller)
		}
		return err
	}
	require.NoError(t, at(now))
	require.NoError(t, at(now.Add(-30*time.Second)), "the clocks of two machines differ a little")
	require.NoError(t, at(expires.Add(30*time.Second)))
	require.EqualError(t, unwrapped(at(expires.Add(2*time.Minute))), "the session has ended; sign in again")
	require.Error(t, at(now.Add(-2*time.Minute)), "issued in the future")
}

func TestVerifierKnowsSeveralKeys(t *testing.T) {
	t.Parallel()
	first, second, foreign := newKey(t), newKey(t), newKey(t)
	verifier := auth.NewVerifier(time.Now, auth.NewKeys(publicOf(first), publicOf(second)))
	for key, want := range map[*ed25519.PrivateKey]app.Code{&first: "", &second: "", &foreign: app.CodeUnauthenticated} {
		token, _, err := signerAt(t, *key, time.Now()).Sign(app.NewID())
		require.NoError(t, err)
		_, err = verifier.Verify(t.Context(), token)
		require.Equal(t, want, app.ErrorCode(err))
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	verifier := auth.NewVerifier(time.Now, auth.NewKeys(publicOf(key)))
	good, _, err := signerAt(t, key, time.Now()).Sign(app.NewID())
	require.NoError(t, err)
	unsigned, _, err := jwt.NewParser().ParseUnverified(good, &jwt.RegisteredClaims{})
	require.NoError(t, err)
	kid := unsigned.Header["kid"]
	claims := func(change func(*jwt.RegisteredClaims)) *jwt.RegisteredClaims {
		c := &jwt.RegisteredClaims{
			Issuer: "ladder", Audience: jwt.ClaimStrings{"ladder"}, Subject: app.NewID(),
			ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		}
		change(c)
		return c
	}
	changed := func(change func(*jwt.RegisteredClaims)) string {
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims(change))
		token.Header["kid"] = kid
		signed, err := token.SignedString(key)
		require.NoError(t, err)
		return signed
	}
	sign := func(method jwt.SigningMethod, key any, c jwt.Claims) string {
		token := jwt.NewWithClaims(method, c)
		token.Header["kid"] = kid
		signed, err := token.SignedString(key)
		require.NoError(t, err)
		return signed
	}
	same := claims(func(*jwt.RegisteredClaims) {})
	_, err = verifier.Verify(t.Context(), sign(jwt.SigningMethodEdDSA, key, same))
	require.NoError(t, err, "the test's own tokens are good when nothing is wrong with them")

	parts := strings.Split(good, ".")
	otherBody := strings.Split(sign(jwt.SigningMethodEdDSA, key, same), ".")[1]
	for name, token := range map[string]string{
		"empty":               "",
		"no token":            "abc",
		"alg none":            sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same),
		"public key as HMAC":  sign(jwt.SigningMethodHS256, []byte(publicOf(key)), same),
		"signature cut off":   parts[0] + "." + parts[1] + ".",
		"body of another":     parts[0] + "." + otherBody + "." + parts[2],
		"key of another":      sign(jwt.SigningMethodEdDSA, newKey(t), same),
		"for another service": changed(func(c *jwt.RegisteredClaims) { c.Audience = jwt.ClaimStrings{"x"} }),
		"from somebody else":  changed(func(c *jwt.RegisteredClaims) { c.Issuer = "x" }),
		"without an end":      changed(func(c *jwt.RegisteredClaims) { c.ExpiresAt = nil }),
		"without a user":      changed(func(c *jwt.RegisteredClaims) { c.Subject = "" }),
	} {
		_, err := verifier.Verify(t.Context(), token)
		require.Equal(t, app.CodeUnauthenticated, app.ErrorCode(err), "%s: %v", name, err)
	}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	path := writePEM(t, "PRIVATE KEY", key)
	read, err := auth.ReadKey(path)
	require.NoError(t, err)
	require.Equal(t, key, read)

	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("s3cret"), 0o600))
	for path, want := range map[string]string{
		text:                                 "got no PEM block PRIVATE KEY",
		writePEM(t, "PUBLIC KEY", key):       "got no PEM block PRIVATE KEY",
		writePEM(t, "PRIVATE KEY", other):    "got *ecdsa.PrivateKey",
		filepath.Join(t.TempDir(), "absent"): "no such file",
	} {
		_, err := auth.ReadKey(path)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	key, err := auth.GenerateKey()
	require.NoError(t, err)
	return key
}

func signerAt(t *testing.T, key ed25519.PrivateKey, now time.Time) *auth.Signer {
	t.Helper()
	signer, err := auth.NewSigner(key, func() time.Time { return now })
	require.NoError(t, err)
	return signer
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return key.Public().(ed25519.PublicKey)
}

func unwrapped(err error) error {
	if err == nil {
		return nil
	}
	return app.Errorf(app.ErrorCode(err), "%s", app.ErrorMessage(err))
}

func writePEM(t *testing.T, kind string, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}
