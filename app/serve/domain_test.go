package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const domain = "app.example.com"

// With DOMAIN there are three servers; a certificate that is in TLS_CACHE_DIR is used without asking anybody.
func TestDomain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roots := cachedCertificate(t, dir)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	servers := newServers(Config{ListenAddr: ":8080", Domain: domain, TLSCacheDir: dir}, silent(), hello)
	var addrs []string
	for _, s := range servers {
		addrs = append(addrs, s.scheme+" "+s.Addr)
	}
	require.Equal(t, []string{"http :8080", "https :443", "redirect :80"}, addrs)

	addr := serveOn(t, servers[1])
	client := func(name string) *http.Client {
		transport := &http.Transport{
			TLSClientConfig:   &tls.Config{ServerName: name, RootCAs: roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,
		}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport, Timeout: time.Minute}
	}
	answer, err := client(domain).Get("https://" + addr)
	require.NoError(t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "hello", string(content))
	require.Equal(t, "HTTP/2.0", answer.Proto)
	_, err = client("other.example.com").Get("https://" + addr) //nolint:bodyclose // refused: no answer
	require.Error(t, err, "certificates are asked for one name only")
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	servers := newServers(Config{Domain: domain, TLSCacheDir: t.TempDir()}, silent(), http.NotFoundHandler())
	for target, want := range map[string]string{
		"http://" + domain + "/a/b?c=d": "https://" + domain + "/a/b?c=d",
		"http://evil.example/x":         "https://" + domain + "/x",
		"//evil.example/x":              "https://" + domain + "//evil.example/x",
	} {
		w := httptest.NewRecorder()
		servers[2].Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		require.Equal(t, http.StatusPermanentRedirect, w.Code)
		require.Equal(t, want, w.Header().Get("Location"))
	}
	w := httptest.NewRecorder()
	servers[2].Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET",
		"http://"+domain+"/.well-known/acme-challenge/token", nil))
	require.Equal(t, http.StatusNotFound, w.Code, "challenges are answered here, not redirected")
}

func TestServersHaveTimeouts(t *testing.T) {
	t.Parallel()
	for _, s := range newServers(Config{Domain: domain, TLSCacheDir: t.TempDir()}, silent(), http.NotFoundHandler()) {
		require.NotZero(t, s.ReadHeaderTimeout, s.scheme)
		require.NotZero(t, s.ReadTimeout, s.scheme)
		require.NotZero(t, s.MaxHeaderBytes, s.scheme)
		require.Greater(t, s.IdleTimeout, time.Minute, "a balancer keeps connections for 60 s")
		require.Greater(t, s.WriteTimeout, s.ReadTimeout, "the server must not cut an answer that is in time")
	}
}

// cachedCertificate writes a certificate where autocert looks for it, and returns who signed it.
func cachedCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{domain}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(80 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	content := append(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, domain), content, 0o600))
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return pool
}

func serveOn(t *testing.T, s *server) (addr string) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, shutdown(context.WithoutCancel(t.Context()), []*server{s}, time.Minute))
		require.NoError(t, <-ended)
	})
	return listener.Addr().String()
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
