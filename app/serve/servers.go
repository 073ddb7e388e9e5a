package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app/http1"
)

const (
	httpPort  = 80
	httpsPort = 443

	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second // slow uploads end here
	writeTimeout  = 30 * time.Second // reading and RequestTime fit: the server does not cut its own answers
	idleTimeout   = 75 * time.Second // longer than a load balancer's 60 s, so that it never reuses a closed connection
	maxHeader     = 16 << 10
)

// server is one address that is served.
type server struct {
	serving

	scheme   string
	settings *http.Server // may be what serves, too
}

// serving is what listens and answers.
type serving interface {
	Serve(listener net.Listener) error
	Shutdown(ctx context.Context) error
	Close() error
}

// overTLS serves HTTP/2 and HTTP/1.1.
type overTLS struct{ *http.Server }

// Serve implements serving.
func (s overTLS) Serve(listener net.Listener) error { return s.ServeTLS(listener, "", "") }

// newServers returns the servers of a process: plain HTTP on LISTEN_ADDR, and with DOMAIN also HTTPS on its port
// with a certificate from Let's Encrypt, and port 80 for its challenges, health checks and redirects.
func newServers(config Config, log *slog.Logger, app http.Handler, certificates autocert.Cache) []*server {
	plain := newServer("http", config.ListenAddr, app, log)
	plain.serving = http1.New(plain.settings)
	servers := []*server{plain}
	if config.Domain == "" {
		return servers
	}
	manager := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      certificates,
		HostPolicy: autocert.HostWhitelist(config.Domain),
	}
	https := newServer("https", fmt.Sprintf(":%d", httpsPort), app, log)
	https.settings.TLSConfig = manager.TLSConfig()
	https.serving = overTLS{https.settings}
	redirect := newServer("redirect", fmt.Sprintf(":%d", httpPort),
		manager.HTTPHandler(readyOr(app, redirectTo(config.Domain))), log)
	return append(servers, https, redirect)
}

func newServer(scheme, addr string, handler http.Handler, log *slog.Logger) *server {
	settings := &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // broken clients
	}
	return &server{serving: settings, scheme: scheme, settings: settings}
}

// serve returns nil after Shutdown.
func (s *server) serve(listener net.Listener) error {
	err := s.Serve(listener)
	if err == nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("%s: %w", s.scheme, err)
}

// readyOr answers a health check, whatever host it asks for, and leaves everything else to another handler. Route 53
// takes 0.50 USD a month for a check by HTTP and 1.50 for one by HTTPS [Amazon Route 53 pricing, 2026-09], and a
// redirect would count as healthy [Amazon Route 53 Developer Guide, "How Route 53 determines health"].
func readyOr(app, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/readyz" {
			app.ServeHTTP(w, r)
			return
		}
		other.ServeHTTP(w, r)
	})
}

// redirectTo sends everybody to HTTPS on one host, whatever host they asked for.
func redirectTo(domain string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		//nolint:gosec // G710: the host is ours, the rest of the target is only a path
		http.Redirect(w, r, "https://"+domain+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
}
