// Package secrets keeps files current whose content is kept elsewhere: secrets of AWS Secrets Manager, and certificates
// of authorities. It runs beside the app, which reads files alone and so is told of a rotation without a restart, on a
// machine and in a cluster alike.
//
// A file is replaced whole, and only by a good value: while its source cannot be read, the last one stays. The package
// is apart because the SDK is heavy.
//
// Cost: 0.05 USD for 10,000 reads (AWS Secrets Manager pricing, us-east-1, 2026-09); at the default of 10 minutes a
// secret of one process costs 0.03 USD a month.
package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/ladder-iac/ladder/app/events"
)

// readyFile says that every file was written at least once. It stays over a restart, as the files do.
const readyFile = ".ready"

// readTimeout bounds one read of one source.
const readTimeout = 10 * time.Second

// retry is how soon a failed read is repeated.
var retry = events.Backoff{First: time.Second, Max: time.Minute}

// Config says what goes where.
type Config struct {
	Dir   string        // where the files are; made if missing, and best in memory
	Every time.Duration // at the latest after this time a source is read again; 0: all are read once
	Files []File
}

// File is a file and where its content comes from.
type File struct {
	Name   string // in Dir
	Source string // ARN of a secret, or https:// address of certificates as PEM
	Field  string // of the JSON object that the secret holds; default: its whole text
}

// Source reads what the files of one source hold. Its errors never hold a value.
type Source interface {
	Read(ctx context.Context, source string) ([]byte, error)
}

// Run writes the files until ctx ends, or once with Every 0. It keeps at it however often a source fails.
func Run(ctx context.Context, c Config, source Source, log *slog.Logger) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("secrets: %w", err)
	}
	for failures := 0; ; {
		err := c.fetch(ctx, source, log)
		wait := events.Jitter(c.Every)
		switch {
		case err == nil && c.Every == 0:
			return nil
		case err == nil:
			failures = 0
		case ctx.Err() == nil:
			failures++
			wait = retry.After(failures)
			log.ErrorContext(ctx, "secrets: what could not be read stays as it was", slog.Any("error", err),
				slog.Duration("again_in", wait))
		}
		if events.Sleep(ctx, wait) {
			continue
		}
		if c.Every == 0 {
			return fmt.Errorf("secrets: %w", ctx.Err())
		}
		return nil
	}
}

// Check returns nil when every file was written.
func Check(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, readyFile)); err != nil {
		return fmt.Errorf("secrets: not all of them were read yet: %w", err)
	}
	return nil
}

// fetch reads every source once, and writes what is new.
func (c Config) fetch(ctx context.Context, source Source, log *slog.Logger) error {
	texts, failed := map[string][]byte{}, map[string]error{}
	var bad []error
	for _, file := range c.Files {
		if texts[file.Source] == nil && failed[file.Source] == nil {
			text, err := read(ctx, source, file.Source)
			texts[file.Source], failed[file.Source] = text, err
			bad = append(bad, err)
		}
		if failed[file.Source] == nil {
			bad = append(bad, c.keep(ctx, file, texts[file.Source], log))
		}
	}
	if err := errors.Join(bad...); err != nil {
		return err
	}
	if Check(c.Dir) == nil {
		return nil
	}
	log.InfoContext(ctx, "secrets: all were read", slog.Int("files", len(c.Files)))
	return replace(filepath.Join(c.Dir, readyFile), nil)
}

func read(ctx context.Context, source Source, from string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := source.Read(ctx, from)
	if err == nil && len(text) == 0 {
		err = errors.New("got nothing, want a text")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return text, nil
}

func (c Config) keep(ctx context.Context, file File, text []byte, log *slog.Logger) error {
	value, err := file.value(text)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", file.Name, file.Source, err)
	}
	path := filepath.Join(c.Dir, file.Name)
	old, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the folder, and the name has no slash
	if err == nil && bytes.Equal(old, value) {
		return nil
	}
	if err := replace(path, value); err != nil {
		return fmt.Errorf("%s: %w", file.Name, err)
	}
	log.InfoContext(ctx, "secrets: new content", slog.String("file", file.Name), slog.String("source", file.Source))
	return nil
}

// replace puts a whole file in the place of another: whoever reads it sees one or the other.
func replace(path string, content []byte) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, content, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
