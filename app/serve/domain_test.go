package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/http1"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/web"
)

const domain = "app.example.com"

// With DOMAIN there are three servers; a certificate that is in the cache is used without asking anybody.
func TestDomain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roots := cachedCertificate(t, dir)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	servers := newServers(Config{ListenAddr: ":8080", Domain: domain}, silent(), hello, autocert.DirCache(dir))
	var addrs []string
	for _, s := range servers {
		addrs = append(addrs, s.scheme+" "+s.settings.Addr)
	}
	require.Equal(t, []string{"http :8080", "https :443", "redirect :80"}, addrs)
	require.IsType(t, new(http1.Server), servers[0].serving)

	addr := serveOn(t, servers[1])
	answer, err := client(t, domain, roots).Get("https://" + addr)
	require.NoError(t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "hello", string(content))
	require.Equal(t, "HTTP/2.0", answer.Proto)
	_, err = client(t, "other.example.com", roots).Get("https://" + addr) //nolint:bodyclose // refused: no answer
	require.Error(t, err, "certificates are asked for one name only")
}

func client(t *testing.T, name string, roots *x509.CertPool) *http.Client {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{ServerName: name, RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// Where certificates are kept: the database for servers that share a name, a directory for one that is alone with it.
// What one server has put there, the other one serves by TLS and answers the authority with.
func TestServersShareCertificates(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	db := server.Database(t, "app")
	key, err := auth.GenerateKey()
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	keyFile := filepath.Join(t.TempDir(), "token.pem")
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	config := Config{
		ListenAddr: ":8080", Role: "all", Domain: domain, DatabaseURL: db.URL, DatabasePasswordFile: db.PasswordFile(t),
		TokenKeyFile: keyFile, ShutdownTimeout: time.Minute,
		CacheBytes: 1 << 20, EventsReplicas: 1, OutboxPartitions: 1,
		ShedMin: 1, ShedMax: 1, ShedTime: time.Second,
	}
	require.NoError(t, config.Validate())
	_, err = postgres.Migrate(t.Context(), databaseConfig(config), time.Minute)
	require.NoError(t, err)
	wired := func(config Config) *wiring {
		parts, err := wire(t.Context(), config, web.About{}, silent())
		require.NoError(t, err)
		t.Cleanup(parts.close)
		return parts
	}
	alone := config
	alone.TLSCacheDir = t.TempDir()
	require.Equal(t, autocert.DirCache(alone.TLSCacheDir), wired(alone).certificates)

	roots := cachedCertificate(t, alone.TLSCacheDir)
	content, err := os.ReadFile(filepath.Join(alone.TLSCacheDir, domain))
	require.NoError(t, err)
	first, second := wired(config), wired(config)
	for name, content := range map[string][]byte{domain: content, "abc+http-01": []byte("abc.thumbprint")} {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			assert.NoError(c, first.certificates.Put(t.Context(), name, content))
		}, time.Minute, 10*time.Millisecond, "a busy machine may be too slow for one try")
	}

	servers := newServers(config, silent(), http.NotFoundHandler(), second.certificates)
	answer, err := client(t, domain, roots).Get("https://" + serveOn(t, servers[1]))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	w := get(t, servers[2], "http://"+domain+"/.well-known/acme-challenge/abc")
	require.Equal(t, "200 abc.thumbprint", fmt.Sprint(w.Code, " ", w.Body))
	require.Equal(t, http.StatusNotFound, get(t, servers[2], "http://"+domain+"/.well-known/acme-challenge/other").Code)
}

// Route 53 asks port 80, under the machine's address or any name.
func TestReadyOnPort80(t *testing.T) {
	t.Parallel()
	at := func(health *web.Health) *server {
		handler := web.Handler(web.Options{
			Mounts: roles["all"].mounts, Health: health, Log: silent(), Observe: func(int, time.Duration) {}, HSTS: true,
		})
		return newServers(Config{Domain: domain}, silent(), handler, autocert.DirCache(t.TempDir()))[2]
	}
	down := at(web.NewHealth(func(context.Context) error { return app.Errorf(app.CodeUnavailable, "the database is down") }))
	health := web.NewHealth(func(context.Context) error { return nil })
	redirect := at(health)
	for _, target := range []string{"http://" + domain + "/readyz", "http://192.0.2.1/readyz", "/readyz?x=y"} {
		require.Equal(t, http.StatusOK, get(t, redirect, target).Code, target)
		require.Equal(t, http.StatusServiceUnavailable, get(t, down, target).Code, target)
	}
	health.Stop()
	require.Equal(t, http.StatusServiceUnavailable, get(t, redirect, "/readyz").Code, "it says so before it stops")

	for _, target := range []string{"/readyz/", "/readyz/x", "/healthz", "//readyz", "/"} {
		require.Equal(t, http.StatusPermanentRedirect, get(t, redirect, "http://"+domain+target).Code, target)
	}
	w := httptest.NewRecorder()
	redirect.settings.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "http://"+domain+"/readyz", nil))
	require.Equal(t, http.StatusPermanentRedirect, w.Code)
}

func get(t *testing.T, s *server, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.settings.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
	return w
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	servers := newServers(Config{Domain: domain}, silent(), http.NotFoundHandler(), autocert.DirCache(t.TempDir()))
	for target, want := range map[string]string{
		"http://" + domain + "/a/b?c=d": "https://" + domain + "/a/b?c=d",
		"http://evil.example/x":         "https://" + domain + "/x",
		"//evil.example/x":              "https://" + domain + "//evil.example/x",
	} {
		w := get(t, servers[2], target)
		require.Equal(t, http.StatusPermanentRedirect, w.Code)
		require.Equal(t, want, w.Header().Get("Location"))
	}
	w := get(t, servers[2], "http://"+domain+"/.well-known/acme-challenge/token")
	require.Equal(t, http.StatusNotFound, w.Code, "challenges are answered here, not redirected")
}

func TestServersHaveTimeouts(t *testing.T) {
	t.Parallel()
	cache := autocert.DirCache(t.TempDir())
	for _, s := range newServers(Config{Domain: domain}, silent(), http.NotFoundHandler(), cache) {
		require.NotZero(t, s.settings.ReadHeaderTimeout, s.scheme)
		require.NotZero(t, s.settings.ReadTimeout, s.scheme)
		require.NotZero(t, s.settings.MaxHeaderBytes, s.scheme)
		require.Greater(t, s.settings.IdleTimeout, time.Minute, "a balancer keeps connections for 60 s")
		require.Greater(t, s.settings.WriteTimeout, s.settings.ReadTimeout, "the server must not cut an answer that is in time")
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
