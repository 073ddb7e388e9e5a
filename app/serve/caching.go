package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/valkey"
	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/flags/appconfig"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// validateCaching reports what keeps the process from its cache and its flags.
func (c Config) validateCaching() error {
	var bad []error
	if c.CacheURL != "" && c.CacheURL != memoryURL {
		if err := valkey.CheckURL(c.CacheURL); err != nil {
			bad = append(bad, fmt.Errorf("CACHE_URL: %w, or %s", err, memoryURL))
		}
	}
	if c.CachePasswordFile != "" {
		if _, err := valkey.ReadPassword(c.CachePasswordFile); err != nil {
			bad = append(bad, fmt.Errorf("CACHE_PASSWORD_FILE: %w", err))
		}
	}
	if c.CacheBytes < 1<<20 {
		bad = append(bad, fmt.Errorf("CACHE_BYTES: got %d, want 1048576 or more", c.CacheBytes))
	}
	if c.Flags != "" {
		if _, err := flags.ParseLocation(c.Flags); err != nil {
			bad = append(bad, fmt.Errorf("FLAGS: %w", err))
		}
	}
	return errors.Join(bad...)
}

// wireFlags opens the flags: before what asks them, so that they close after it.
func (w *wiring) wireFlags(ctx context.Context, config Config, log *slog.Logger) (*flags.Flags, error) {
	source, interval, err := flagSource(ctx, config)
	if err != nil {
		return nil, err
	}
	opened, err := flags.Open(ctx, flags.Config{
		Source: source, Interval: interval, KillFile: config.FlagsKillFile, Log: log,
	})
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, opened.Close)
	w.metrics.Register(ops.Flags(opened.Status))
	return opened, nil
}

func flagSource(ctx context.Context, config Config) (flags.Source, time.Duration, error) {
	if config.Flags == "" {
		return nil, 0, nil
	}
	at, err := flags.ParseLocation(config.Flags)
	if err != nil {
		return nil, 0, err
	}
	if at.Kind == flags.KindFile {
		return flags.File(at.Path), flags.FileInterval, nil
	}
	document, err := appconfig.Open(ctx, at)
	return document, flags.AppConfigInterval, err
}

// cache puts caches in front of the services of this process: right around the store, whose tokens they read.
func (w *wiring) cache(ctx context.Context, config Config, asked *flags.Flags, log *slog.Logger) error {
	if config.CacheURL == "" {
		return nil
	}
	settings := cached.Config{
		Bytes: config.CacheBytes, Merge: postgres.MergeTokens, Holds: postgres.HoldsToken,
		Enabled: func(ctx context.Context, userID string) bool { return asked.On(ctx, flags.CacheEnabled, userID) },
	}
	if config.CacheURL != memoryURL {
		client, err := valkey.Open(ctx, valkey.Config{
			URL: config.CacheURL, PasswordFile: config.CachePasswordFile, CAFile: config.CacheCAFile,
		}, log)
		if err != nil {
			return err
		}
		settings.Shared = cache.NewShared(ctx, client, cache.DefaultLimits(), log)
		w.closers = append(w.closers, client.Close, settings.Shared.Close)
		w.metrics.Register(ops.SharedCache(settings.Shared.Counts))
	}
	caches, err := cached.New(settings)
	if err != nil {
		return err
	}
	w.closers = append(w.closers, caches.Close)
	w.metrics.Register(ops.Caches(caches.Counts))
	w.services.Users, w.services.Items = caches.Users(w.services.Users), caches.Items(w.services.Items)
	return nil
}
