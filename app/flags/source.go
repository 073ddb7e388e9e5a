package flags

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const readTimeout = 5 * time.Second

// The kinds of a Location.
const (
	KindFile      = "file"
	KindAppConfig = "appconfig"
)

// Location is a parsed FLAGS.
type Location struct {
	Kind string // KindFile or KindAppConfig
	Path string // of the file

	Application, Environment, Profile string // names or ids in AppConfig
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// ParseLocation reads file:/path or appconfig:application/environment/profile.
func ParseLocation(text string) (Location, error) {
	kind, rest, _ := strings.Cut(text, ":")
	parts := strings.Split(rest, "/")
	switch {
	case kind == KindFile && filepath.IsAbs(rest):
		return Location{Kind: kind, Path: rest}, nil
	case kind == KindAppConfig && len(parts) == 3 && nameForm.MatchString(parts[0]) &&
		nameForm.MatchString(parts[1]) && nameForm.MatchString(parts[2]):
		return Location{Kind: kind, Application: parts[0], Environment: parts[1], Profile: parts[2]}, nil
	}
	return Location{}, fmt.Errorf("got %q, want file:/path or appconfig:application/environment/profile", text)
}

// File is a document in a file. Whoever writes it replaces it by rename; half of one is broken, and changes nothing.
type File string

// Read implements Source.
func (f File) Read(context.Context) (content []byte, err error) {
	file, err := os.Open(string(f))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content, err = io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err == nil && len(bytes.TrimSpace(content)) == 0 {
		err = fmt.Errorf("%s is empty", string(f))
	}
	return content, err
}

// String implements Source.
func (f File) String() string { return KindFile + ":" + string(f) }

// killSource is a kill file. Without one nothing is killed.
type killSource string

// Read implements Source.
func (k killSource) Read(ctx context.Context) ([]byte, error) {
	content, err := os.ReadFile(string(k))
	if errors.Is(err, fs.ErrNotExist) {
		return []byte("\n"), ctx.Err()
	}
	return append(content, '\n'), err
}

// String implements Source.
func (k killSource) String() string { return KindFile + ":" + string(k) }

// watch reads a source now, and at each interval until ctx ends, and takes each text that differs from the last.
func (f *Flags) watch(ctx context.Context, source Source, interval time.Duration, take func([]byte) error) {
	w := &watch{flags: f, source: source, take: take}
	w.look(ctx)
	f.watching.Go(func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.look(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
}

type watch struct {
	flags  *Flags
	source Source
	take   func([]byte) error
	text   []byte // the last that was read
	broken error  // what was wrong with it
}

func (w *watch) look(ctx context.Context) {
	reading, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := w.source.Read(reading)
	if ctx.Err() != nil {
		return
	}
	took := false
	switch {
	case err != nil:
	case len(text) == 0 || bytes.Equal(text, w.text):
		err = w.broken
	default:
		err = w.take(text)
		w.text, w.broken, took = text, err, err == nil
	}
	log := w.flags.config.Log.With(slog.String("source", w.source.String()))
	if news := w.flags.provider.noted(w.source.String(), err); news && err != nil {
		log.ErrorContext(ctx, "flags: the last good ones hold", slog.Any("error", err))
	}
	if took {
		log.InfoContext(ctx, "flags read")
	}
}
