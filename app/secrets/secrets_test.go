package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/secrets"
)

const (
	database = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
	signing  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-AbCdEf"
)

// fake is a source whose texts and errors change.
type fake struct {
	mu    sync.Mutex
	texts map[string]string
	errs  map[string]error
	reads map[string]int
}

func newFake() *fake {
	return &fake{
		texts: map[string]string{database: `{"username":"ladder","password":"first"}`, signing: "PEM\n"},
		errs:  map[string]error{}, reads: map[string]int{},
	}
}

func (f *fake) Read(_ context.Context, source string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads[source]++
	return []byte(f.texts[source]), f.errs[source]
}

func (f *fake) set(source, text string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.texts[source], f.errs[source] = text, err
}

func config(t *testing.T, every time.Duration) secrets.Config {
	t.Helper()
	return secrets.Config{Dir: filepath.Join(t.TempDir(), "secrets"), Every: every, Files: []secrets.File{
		{Name: "password", Source: database, Field: "password"},
		{Name: "user", Source: database, Field: "username"},
		{Name: "token.pem", Source: signing},
	}}
}

func content(t *testing.T, c secrets.Config, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.Dir, name))
	require.NoError(t, err)
	return string(text)
}

func TestOnce(t *testing.T) {
	t.Parallel()
	c, source := config(t, 0), newFake()
	require.Error(t, secrets.Check(c.Dir), "before the first time")
	require.NoError(t, secrets.Run(t.Context(), c, source, slog.New(slog.DiscardHandler)))
	require.NoError(t, secrets.Check(c.Dir))
	require.Equal(t, "first", content(t, c, "password"))
	require.Equal(t, "ladder", content(t, c, "user"))
	require.Equal(t, "PEM\n", content(t, c, "token.pem"), "a whole text stays as it is")
	require.Equal(t, map[string]int{database: 1, signing: 1}, source.reads, "each is read once for all its fields")
	entries, err := os.ReadDir(c.Dir)
	require.NoError(t, err)
	require.Len(t, entries, 4, "nothing is left over")
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode(), entry.Name())
	}
}

// running runs until the test ends, in a bubble of its own time; what it logs comes with it.
func running(t *testing.T, c secrets.Config, source secrets.Source) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- secrets.Run(ctx, c, source, slog.New(slog.NewJSONHandler(&log, nil))) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended, "it ends in good order")
	})
	synctest.Wait()
	return &log
}

func TestARotatedSecretComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, source := config(t, 10*time.Minute), newFake()
		running(t, c, source)
		require.Equal(t, "first", content(t, c, "password"))
		source.set(database, `{"username":"ladder","password":"second"}`, nil)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Equal(t, "second", content(t, c, "password"))
	})
}

func TestTheLastGoodValueStays(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*fake){
		"AWS fails":      func(f *fake) { f.set(database, "", errors.New("throttled")) },
		"empty":          func(f *fake) { f.set(database, "", nil) },
		"no JSON":        func(f *fake) { f.set(database, "hunter2", nil) },
		"no field":       func(f *fake) { f.set(database, `{"word":"hunter2"}`, nil) },
		"field no text":  func(f *fake) { f.set(database, `{"username":"x","password":["hunter2"]}`, nil) },
		"field is empty": func(f *fake) { f.set(database, `{"username":"x","password":"","old":"hunter2"}`, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, source := config(t, 10*time.Minute), newFake()
				log := running(t, c, source)
				spoil(source)
				source.set(signing, "next", nil)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				require.Equal(t, "first", content(t, c, "password"))
				require.Equal(t, "next", content(t, c, "token.pem"), "one broken source is not in another's way")
				require.NoError(t, secrets.Check(c.Dir))
				require.Contains(t, log.String(), "stays as it was")
				require.Contains(t, log.String(), database)
				for _, value := range []string{"hunter2", "first", "next"} {
					require.NotContains(t, log.String(), value, "the log holds no value")
				}
				source.set(database, `{"username":"ladder","password":"second"}`, nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				require.Equal(t, "second", content(t, c, "password"), "a failed read is repeated soon")
			})
		})
	}
}

func TestReadyWhenAllWereRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, source := config(t, 10*time.Minute), newFake()
		source.set(signing, "", errors.New("access denied"))
		running(t, c, source)
		require.Error(t, secrets.Check(c.Dir))
		require.Equal(t, "first", content(t, c, "password"))
		source.set(signing, "PEM", nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, secrets.Check(c.Dir))
	})
}

// A restarted sidecar finds the files of before, which outlive it: the app goes on.
func TestARestartDuringAnOutageIsReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, source := config(t, 0), newFake()
		require.NoError(t, secrets.Run(t.Context(), c, source, slog.New(slog.DiscardHandler)))
		source.set(database, "", errors.New("down"))
		c.Every = time.Minute
		running(t, c, source)
		require.NoError(t, secrets.Check(c.Dir))
		require.Equal(t, "first", content(t, c, "password"))
	})
}

func TestOnceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	source := newFake()
	source.set(database, "", errors.New("down"))
	err := secrets.Run(ctx, config(t, 0), source, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, context.Canceled, "who waits for the files is not told that they are there")
}

// Whoever reads while a secret is rotated sees the old value or the new one, whole.
func TestReadersSeeWholeValues(t *testing.T) {
	t.Parallel()
	c, source := config(t, 0), newFake()
	long := []string{strings.Repeat("a", 1<<16), strings.Repeat("b", 1<<16)}
	write := func(i int) error {
		source.set(signing, long[i%2], nil)
		return secrets.Run(t.Context(), c, source, slog.New(slog.DiscardHandler))
	}
	require.NoError(t, write(0))
	done := make(chan error, 1)
	go func() {
		for i := range 200 {
			if err := write(i); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
			require.Contains(t, long, content(t, c, "token.pem"))
		}
	}
}

func TestNoFolder(t *testing.T) {
	t.Parallel()
	c := config(t, 0)
	require.NoError(t, os.WriteFile(c.Dir, nil, 0o600))
	require.ErrorContains(t, secrets.Run(t.Context(), c, newFake(), slog.New(slog.DiscardHandler)), "secrets: mkdir")
}
