package serve

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/web"
)

// wiring is a process put together.
type wiring struct {
	services     web.Services
	certificates autocert.Cache // used with DOMAIN
	ready        func(context.Context) error
	close        func() // after the last request
}

// wire is the only place that decides which implementation stands behind a service.
func wire(ctx context.Context, config Config, about web.About, log *slog.Logger) (*wiring, error) {
	key, err := tokenKey(config)
	if err != nil {
		return nil, err
	}
	signer, err := auth.NewSigner(key, time.Now)
	if err != nil {
		return nil, err
	}
	hasher := auth.NewHasher(auth.DefaultCost(), runtime.GOMAXPROCS(0))
	services := web.Services{Verify: auth.NewVerifier(time.Now, signer.Public()).Verify, About: about}

	if config.DatabaseURL == memoryURL {
		services.Users, services.Items = memory.NewUsers(hasher, signer), memory.NewItems()
		return &wiring{
			services: services, certificates: autocert.DirCache(config.TLSCacheDir),
			ready: func(context.Context) error { return nil }, close: func() {},
		}, nil
	}
	db, err := postgres.Open(ctx, databaseConfig(config), log)
	if err != nil {
		return nil, err
	}
	services.Users, services.Items = postgres.NewUsers(db, hasher, signer), postgres.NewItems(db)
	certificates, err := certificateCache(config, db, key)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &wiring{services: services, certificates: certificates, ready: db.Ready, close: db.Close}, nil
}

// certificateCache is a directory for a server that is alone with its name, and the database for several.
func certificateCache(config Config, db *postgres.DB, key ed25519.PrivateKey) (autocert.Cache, error) {
	if config.TLSCacheDir != "" {
		return autocert.DirCache(config.TLSCacheDir), nil
	}
	return postgres.NewCertificates(db, key)
}

func databaseConfig(config Config) postgres.Config {
	return postgres.Config{URL: config.DatabaseURL, PasswordFile: config.DatabasePasswordFile}
}

func tokenKey(config Config) (ed25519.PrivateKey, error) {
	if config.TokenKeyFile == "" {
		return auth.GenerateKey()
	}
	return auth.ReadKey(config.TokenKeyFile)
}
