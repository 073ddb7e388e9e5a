package valkey_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/apptest/loopback"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
)

// certificate writes a certificate for 127.0.0.1 that signs itself, and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	cert, key, err := loopback.SelfSigned()
	require.NoError(t, err)
	write := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	return write("cert.pem", cert), write("key.pem", key)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile := certificate(t)
	port := strconv.Itoa(loopback.FreePort(t))
	redistest.Start(t, "--tls-port", port, "--tls-cert-file", certFile, "--tls-key-file", keyFile,
		"--tls-auth-clients", "no")
	d := &database{}
	d.set("k", 1)
	url := "rediss://127.0.0.1:" + port
	good := start(t, valkey.Config{URL: url, CAFile: certFile}, slow()).ready(t)
	require.Equal(t, int64(1), good.read(t, d, "k"))
	require.Zero(t, good.shared.Counts().Failures)

	stranger := start(t, valkey.Config{URL: url}, slow())
	require.Equal(t, int64(1), stranger.read(t, d, "k"), "without the cache")
	require.Positive(t, stranger.shared.Counts().Failures, "nobody signed the server's certificate")
}
