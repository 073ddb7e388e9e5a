package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// clock is a time that the test moves.
type clock struct{ moment time.Time }

func (c *clock) now() time.Time         { return c.moment }
func (c *clock) pass(far time.Duration) { c.moment = c.moment.Add(far) }

func TestKeyRingFollowsItsFiles(t *testing.T) {
	t.Parallel()
	first, second := newKey(t), newKey(t)
	dir := t.TempDir()
	files := auth.KeyFiles{Current: filepath.Join(dir, "current"), Others: []string{filepath.Join(dir, "other")}}
	writeKey(t, files.Current, first)
	writePublicKey(t, files.Others[0], publicOf(second)) // the next one is known before it signs
	var log bytes.Buffer
	moment := &clock{time.Now()}
	ring, err := auth.OpenKeyRing(files, moment.now, slog.New(slog.NewJSONHandler(&log, nil)))
	require.NoError(t, err)
	verifier := auth.NewVerifier(moment.now, ring)
	signed := func() string {
		token, _, err := ring.Sign(app.NewID())
		require.NoError(t, err)
		_, err = verifier.Verify(t.Context(), token)
		require.NoError(t, err)
		return token
	}
	old := signed()
	require.Equal(t, []string{thumbprint(t, first), thumbprint(t, second)}, ids(t, ring))

	writeKey(t, files.Current, second)
	writeKey(t, files.Others[0], first) // a private key will do
	require.Equal(t, []string{thumbprint(t, first), thumbprint(t, second)}, ids(t, ring), "not at once")
	moment.pass(5 * time.Second)
	require.Equal(t, []string{thumbprint(t, second), thumbprint(t, first)}, ids(t, ring))
	signed()
	_, err = verifier.Verify(t.Context(), old)
	require.NoError(t, err, "sessions outlive a change of the key")

	require.NoError(t, os.WriteFile(files.Current, []byte("half a k"), 0o600))
	moment.pass(5 * time.Second)
	signed()
	require.NoError(t, os.Remove(files.Current))
	moment.pass(5 * time.Second)
	signed()
	require.Contains(t, log.String(), "the keys of before stay")
	require.NotContains(t, log.String(), "half a k")

	third := newKey(t)
	writeKey(t, files.Current, third)
	writePublicKey(t, files.Others[0], publicOf(second))
	moment.pass(5 * time.Second)
	signed()
	_, err = verifier.Verify(t.Context(), old)
	require.Equal(t, app.CodeUnauthenticated, app.ErrorCode(err), "the first key was taken away")
}

func TestOpenKeyRingRefuses(t *testing.T) {
	t.Parallel()
	good := writePEM(t, "PRIVATE KEY", newKey(t))
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("s3cret"), 0o600))
	for name, files := range map[string]auth.KeyFiles{
		"absent": {Current: "/nowhere"}, "text": {Current: text},
		"other absent": {Current: good, Others: []string{"/nowhere"}}, "other text": {Current: good, Others: []string{text}},
	} {
		_, err := auth.OpenKeyRing(files, time.Now, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, "token key", name)
		require.NotContains(t, err.Error(), "s3cret", name)
	}
}

func TestReadPublicKey(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	private := writePEM(t, "PRIVATE KEY", key)
	public := filepath.Join(t.TempDir(), "public")
	writePublicKey(t, public, publicOf(key))
	for _, path := range []string{private, public} {
		read, err := auth.ReadPublicKey(path)
		require.NoError(t, err)
		require.Equal(t, publicOf(key), read)
	}
	_, err := auth.ReadPublicKey(writePEM(t, "PUBLIC KEY", key))
	require.ErrorContains(t, err, "got no PKIX key")
	_, err = auth.ReadPublicKey("/nowhere")
	require.ErrorContains(t, err, "no such file")
}

func ids(t *testing.T, ring *auth.KeyRing) (ids []string) {
	t.Helper()
	content, err := json.Marshal(ring.Public())
	require.NoError(t, err)
	var set struct {
		Keys []struct{ Kid, Kty, Crv, Alg, Use, X string }
	}
	require.NoError(t, json.Unmarshal(content, &set))
	for _, key := range set.Keys {
		require.Equal(t, "OKP Ed25519 EdDSA sig", key.Kty+" "+key.Crv+" "+key.Alg+" "+key.Use)
		require.NotEmpty(t, key.X)
		ids = append(ids, key.Kid)
	}
	require.NotContains(t, string(content), `"d"`, "no private part")
	return ids
}

func thumbprint(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	content, err := json.Marshal(auth.NewKeys(publicOf(key)))
	require.NoError(t, err)
	var set struct{ Keys []struct{ Kid string } }
	require.NoError(t, json.Unmarshal(content, &set))
	return set.Keys[0].Kid
}

func writeKey(t *testing.T, path string, key ed25519.PrivateKey) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	writeBlock(t, path, "PRIVATE KEY", der)
}

func writePublicKey(t *testing.T, path string, key ed25519.PublicKey) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	writeBlock(t, path, "PUBLIC KEY", der)
}

func writeBlock(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}
