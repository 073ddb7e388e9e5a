package topology_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/topology"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a source whose content a test sets.
type fake struct {
	mu   sync.Mutex
	text string
	err  error
}

func (f *fake) set(text string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text, f.err = text, err
}

func (f *fake) Read(context.Context) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []byte(f.text), f.err
}

func (f *fake) String() string { return "fake:" }

func TestSubscribersSeeEveryChangeAndBrokenDocumentsChangeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		source := &fake{text: least}
		w, err := topology.Watch(t.Context(), source, time.Second, slog.New(slog.NewTextHandler(&log, nil)))
		require.NoError(t, err)
		var seen []string
		stop := w.Subscribe(func(d topology.Document) error {
			seen = append(seen, d.Writer.Host)
			return nil
		})
		next := func(text string, err error) {
			source.set(text, err)
			time.Sleep(2 * time.Second)
			synctest.Wait()
		}
		at := func(host string) string { return strings.Replace(least, "db.example", host, 1) }
		next(least, nil)
		next(at("two"), nil)
		next("{", nil)
		require.ErrorContains(t, w.Status().Err, "want one JSON object")
		require.Equal(t, "two", w.Current().Writer.Host, "the last good one stays")
		next("", errors.New("gone"))
		require.EqualError(t, w.Status().Err, "gone")
		next(" "+at("two"), nil)
		require.NoError(t, w.Status().Err)
		next(at("three"), nil)
		stop()
		next(at("four"), nil)
		w.Close()
		next(at("five"), nil)
		require.Equal(t, []string{"db.example", "two", "three"}, seen)
		status := w.Status()
		require.Equal(t, "four", status.Document.Writer.Host)
		require.Equal(t, int64(3), status.Changes)
		require.Equal(t, int64(4), status.Errors)
		require.Equal(t, 2, strings.Count(log.String(), "level=ERROR"), "once for each mistake, not for each look")
	})
}

// Whoever could not do what a document says hears of it again, also while the source cannot be read.
func TestWhoFailedIsToldAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &fake{text: least}
		w, err := topology.Watch(t.Context(), source, time.Second, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		defer w.Close()
		var told atomic.Int64
		var well atomic.Bool
		defer w.Subscribe(func(topology.Document) error {
			told.Add(1)
			if well.Load() {
				return nil
			}
			return errors.New("no files left")
		})()
		require.Equal(t, int64(1), told.Load())
		wait := func() {
			time.Sleep(2500 * time.Millisecond)
			synctest.Wait()
		}
		wait()
		again := told.Load()
		require.Greater(t, again, int64(1))
		source.set("", errors.New("gone"))
		wait()
		require.Greater(t, told.Load(), again)
		well.Store(true)
		wait()
		again = told.Load()
		wait()
		require.Equal(t, again, told.Load())
	})
}

func TestFirstDocumentHasToBeGood(t *testing.T) {
	t.Parallel()
	_, err := topology.Watch(t.Context(), &fake{text: "{}"}, time.Second, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "fake:: topology: writer.host")
	path := filepath.Join(t.TempDir(), "none")
	_, err = topology.Watch(t.Context(), topology.File(path), time.Second, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)
}

// Whoever writes the file replaces it: a reader sees one document or the other, and never half of one.
func TestFileIsReplacedUnderReaders(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "topology.json")
	write := func(text string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
	}
	write(least)
	w, err := topology.Watch(t.Context(), topology.File(path), time.Millisecond, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer w.Close()
	changes := make(chan topology.Document, 1000)
	defer w.Subscribe(func(d topology.Document) error {
		changes <- d
		return nil
	})()
	require.False(t, (<-changes).Frozen)
	for range 20 {
		write(whole)
		require.True(t, (<-changes).Frozen)
		write(least)
		require.False(t, (<-changes).Frozen)
	}
	require.Zero(t, w.Status().Errors)
	require.NoError(t, os.Remove(path))
	require.Eventually(t, func() bool { return w.Status().Err != nil }, time.Minute, time.Millisecond)
	require.False(t, w.Current().Frozen)
}
