package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	lockRetrySeconds = 1   // another starter migrates: ask again after this time
	lockRetries      = 300 // and give up after 5 minutes
	pollInterval     = 250 * time.Millisecond
	tableLockTimeout = "5s" // a migration that cannot get its table lock must not queue all requests behind it
)

// Migrated tells what Migrate did.
type Migrated struct {
	From, To int64
	Files    []string // applied now, in order
}

// SchemaVersion returns the version that this binary needs: the number of its last migration.
func SchemaVersion() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	if len(files) == 0 {
		return 0, errors.New("migrations: got no files in the binary")
	}
	version, err := goose.NumericComponent(files[len(files)-1]) // Glob sorts
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	return version, nil
}

// Migrate waits up to wait for the database and applies the migrations that are missing.
// Several may run at once: one works, the others wait for it.
func Migrate(ctx context.Context, config Config, wait time.Duration) (done Migrated, err error) {
	if config.Topology != nil {
		if config.URL, err = at(config.URL, config.Topology.Writer, config.Topology.Database); err != nil {
			return Migrated{}, err
		}
	}
	settings, err := poolConfig(config)
	if err != nil {
		return Migrated{}, err
	}
	settings.ConnConfig.RuntimeParams["lock_timeout"] = tableLockTimeout
	var options []stdlib.OptionOpenDB
	if settings.BeforeConnect != nil {
		options = append(options, stdlib.OptionBeforeConnect(settings.BeforeConnect))
	}
	db := stdlib.OpenDB(*settings.ConnConfig, options...)
	defer func() { err = errors.Join(err, db.Close()) }()

	if err := waitFor(ctx, db, wait); err != nil {
		return Migrated{}, err
	}
	provider, err := newProvider(db)
	if err != nil {
		return Migrated{}, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return Migrated{}, fmt.Errorf("migrate: %w", err)
	}
	for _, result := range results {
		done.Files = append(done.Files, result.Source.Path)
	}
	if done.To, err = provider.GetDBVersion(ctx); err != nil {
		return Migrated{}, fmt.Errorf("migrate: read version: %w", err)
	}
	done.From = done.To
	if len(results) > 0 {
		done.From = results[0].Source.Version - 1
	}
	return done, nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockRetrySeconds, lockRetries))
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, nil
}

// waitFor returns when the database answers, and at once when it refuses us: waiting does not help then.
func waitFor(ctx context.Context, db *sql.DB, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		var server *pgconn.PgError
		if errors.As(err, &server) && !isBusyStart(server.Code) {
			return fmt.Errorf("the database refuses the connection: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the database did not answer within %s: %w", wait, err)
		}
	}
}

// isBusyStart holds for refusals that end by themselves while a server starts.
func isBusyStart(state string) bool {
	return state == cannotConnectNow || state == adminShutdown ||
		strings.HasPrefix(state, connectionClass) || strings.HasPrefix(state, resourceClass)
}
