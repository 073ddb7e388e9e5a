package serve

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/remote"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/web"
)

// wiring is a process put together.
type wiring struct {
	services     web.Services
	certificates autocert.Cache // used with DOMAIN
	metrics      *ops.Metrics
	tracing      *ops.Tracing
	checks       []func(context.Context) error
	closers      []func()
}

// wire is the only place that decides which implementation stands behind a service: with an address it is remote,
// without one it is here.
func wire(ctx context.Context, config Config, about web.About, log *slog.Logger) (*wiring, error) {
	w := &wiring{services: web.Services{About: about}, certificates: autocert.DirCache(config.TLSCacheDir)}
	err := w.wireOps(ctx, config, about, log)
	if err == nil {
		err = w.wireAll(ctx, config, log)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *wiring) wireAll(ctx context.Context, config Config, log *slog.Logger) error {
	client := remote.NewHTTPClient()
	w.closers = append(w.closers, client.CloseIdleConnections)
	client.Transport = w.tracing.Transport(client.Transport)
	signer, err := w.wireTokens(config, client, log)
	if err != nil {
		return err
	}
	if config.UserURL == "" || config.DataURL == "" {
		if err := w.wireStore(ctx, config, signer, log); err != nil {
			return err
		}
	}
	if config.UserURL != "" {
		w.services.Users = remote.NewUsers(config.UserURL, client)
	}
	if config.DataURL != "" {
		w.services.Items = remote.NewItems(config.DataURL, client)
	}
	w.services.Verify = web.VerifyOnce(w.services.Verify)
	return nil
}

// wireTokens sets what verifies tokens, and returns what signs them where users are here.
func (w *wiring) wireTokens(config Config, client *http.Client, log *slog.Logger) (auth.TokenSigner, error) {
	if config.UserURL != "" {
		keys := auth.NewRemoteKeys(strings.TrimRight(config.UserURL, "/")+auth.JWKSPath, client, time.Now, log)
		w.closers = append(w.closers, keys.Close)
		w.checks = append(w.checks, keys.Ready)
		w.services.Verify = auth.NewVerifier(time.Now, keys).Verify
		return nil, nil
	}
	ring, err := keyRing(config, log)
	if err != nil {
		return nil, err
	}
	w.services.Verify, w.services.Keys = auth.NewVerifier(time.Now, ring).Verify, ring.Public
	return ring, nil
}

// passwordCost is lowered by this package's tests: a race detector makes a hash take longer than a request may.
var passwordCost = auth.DefaultCost()

// wireStore sets the services of this process.
func (w *wiring) wireStore(ctx context.Context, config Config, signer auth.TokenSigner, log *slog.Logger) error {
	asked, err := w.wireFlags(ctx, config, log)
	if err != nil {
		return err
	}
	hasher := auth.NewHasher(passwordCost, runtime.GOMAXPROCS(0))
	if config.DatabaseURL == memoryURL {
		w.services.Users, w.services.Items = memory.NewUsers(hasher, signer), memory.NewItems()
		return w.cache(ctx, config, asked, log)
	}
	db, closeDB, err := openDatabase(ctx, config, w.tracing.Database(), w.metrics, log)
	if err != nil {
		return err
	}
	w.closers = append(w.closers, closeDB)
	w.checks = append(w.checks, db.Ready)
	w.metrics.Register(ops.Store(db.Status))
	w.services.Users, w.services.Items = postgres.NewUsers(db, hasher, signer), postgres.NewItems(db)
	if w.certificates, err = certificateCache(config, db); err != nil {
		return err
	}
	if err := w.cache(ctx, config, asked, log); err != nil {
		return err
	}
	return w.wireEvents(ctx, config, db, log)
}

// ready asks everything that the process cannot work without. Services elsewhere do not count: without one of them
// the other still works, and a process that leaves for it would take that away too.
func (w *wiring) ready(ctx context.Context) error {
	for _, check := range w.checks {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// close ends everything, after the last request.
func (w *wiring) close() {
	for _, end := range slices.Backward(w.closers) {
		end()
	}
}

// certificateCache is a directory for a server that is alone with its name, and the database for several.
func certificateCache(config Config, db *postgres.DB) (autocert.Cache, error) {
	if config.TLSCacheDir != "" || config.TokenKeyFile == "" {
		return autocert.DirCache(config.TLSCacheDir), nil
	}
	key, err := auth.ReadKey(config.TokenKeyFile)
	if err != nil {
		return nil, err
	}
	return postgres.NewCertificates(db, key)
}

func databaseConfig(config Config) postgres.Config {
	return postgres.Config{URL: config.DatabaseURL, PasswordFile: config.DatabasePasswordFile}
}

func keyRing(config Config, log *slog.Logger) (*auth.KeyRing, error) {
	if config.TokenKeyFile != "" {
		files := auth.KeyFiles{Current: config.TokenKeyFile, Others: config.TokenPreviousKeyFiles}
		return auth.OpenKeyRing(files, time.Now, log)
	}
	key, err := auth.GenerateKey()
	if err != nil {
		return nil, err
	}
	return auth.NewKeyRing(key, time.Now)
}
