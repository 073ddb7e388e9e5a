package flags_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/ops"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = time.Minute // machines are busy

// source is a document that a test changes.
type source struct {
	mu    sync.Mutex
	text  string
	err   error
	reads int
}

func (s *source) set(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

func (s *source) Read(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return []byte(s.text), s.err
}

func (s *source) String() string { return "test" }

// seen waits until what was set is read.
func (s *source) seen(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	before := s.reads
	s.mu.Unlock()
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.reads >= before+2
	}, soon, time.Millisecond)
}

func open(t *testing.T, config flags.Config) *flags.Flags {
	t.Helper()
	config.Log = slog.New(slog.DiscardHandler)
	if config.Interval == 0 {
		config.Interval = 5 * time.Millisecond
	}
	f, err := flags.Open(context.WithoutCancel(t.Context()), config)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func document(variant string) string {
	return fmt.Sprintf(`{"flags": {"cache.enabled": {"state": "ENABLED", "variants": {"on": true, "off": false},
		"defaultVariant": %q}, "of.a.newer.app": {"state": 7}}}`, variant)
}

func on(t *testing.T, f *flags.Flags) bool {
	t.Helper()
	return f.On(t.Context(), flags.CacheEnabled, "ann")
}

func TestCompiledDefaults(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]flags.Config{
		"no source":        {},
		"source is down":   {Source: &source{err: errors.New("down")}},
		"broken document":  {Source: &source{text: "{"}},
		"no such file":     {Source: flags.File("/none")},
		"another's flags":  {Source: &source{text: `{"flags": {}}`}},
		"flag is disabled": {Source: &source{text: `{"flags": {"cache.enabled": {"state": "DISABLED", "variants": {"off": false}, "defaultVariant": "off"}}}`}},
	} {
		f := open(t, config)
		require.True(t, on(t, f), name)
		require.True(t, f.On(t.Context(), flags.ReadsReplicas, ""), name)
		require.False(t, f.On(t.Context(), "no.such.flag", ""), name)
	}
}

func TestLastKnownGood(t *testing.T) {
	t.Parallel()
	s := &source{text: document("off")}
	f := open(t, flags.Config{Source: s})
	require.False(t, on(t, f))
	for _, bad := range []struct {
		text string
		err  error
	}{{"", errors.New("down")}, {text: "{"}, {text: document("maybe")}, {text: `{"flags": 1}`}, {text: document("on") + "x"}, {}} {
		s.set(bad.text, bad.err)
		s.seen(t)
		require.False(t, on(t, f), bad.text)
		if bad.text != "" || bad.err != nil {
			require.Error(t, f.Status().Err)
		}
	}
	require.Positive(t, f.Status().Errors)
	s.set(document("on"), nil)
	require.Eventually(t, func() bool { return on(t, f) }, soon, time.Millisecond)
	require.NoError(t, f.Status().Err)
}

func TestFlapping(t *testing.T) {
	t.Parallel()
	s := &source{text: document("off")}
	f := open(t, flags.Config{Source: s, Interval: time.Millisecond})
	var ended sync.WaitGroup
	ended.Go(func() {
		for i := range 200 {
			s.set([]string{document("off"), "{", ""}[i%3], []error{nil, nil, errors.New("down")}[i%3])
			time.Sleep(time.Millisecond)
		}
		s.set(document("on"), nil)
	})
	plain := t.Context()
	ctx := flags.WithRequest(plain)
	first := f.On(ctx, flags.CacheEnabled, "ann")
	require.False(t, first)
	require.Eventually(t, func() bool {
		require.Equal(t, first, f.On(ctx, flags.CacheEnabled, "ann"), "one answer a request")
		return f.On(plain, flags.CacheEnabled, "ann")
	}, soon, time.Millisecond)
	ended.Wait()
	f.On(ctx, flags.ReadsReplicas, "ann")
	var lines strings.Builder
	log := slog.New(ops.LogHandler(slog.NewTextHandler(&lines, nil), flags.LogAttrs)).With("node", "one")
	log.InfoContext(ctx, "a request")
	log.InfoContext(plain, "something else")
	require.Contains(t, lines.String(), `msg="a request" node=one flags.cache.enabled=false`+"\n", "not what is as ever")
	require.Contains(t, lines.String(), `msg="something else" node=one`+"\n")
}

func TestKillFileWorksWhileTheSourceIsDown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "off")
	s := &source{text: document("on")}
	f := open(t, flags.Config{Source: s, KillFile: path})
	s.set("", errors.New("down"))
	s.seen(t)
	require.True(t, on(t, f))
	require.NoError(t, os.WriteFile(path, []byte("# outage of today\nno.such.flag\ncache.enabled"), 0o600))
	require.Eventually(t, func() bool { return !on(t, f) }, soon, 5*time.Millisecond)
	require.Equal(t, []string{flags.CacheEnabled}, f.Status().Killed)
	require.ErrorContains(t, f.Status().Err, `got "no.such.flag", want cache.enabled or reads.replicas`)
	require.NoError(t, os.Remove(path))
	require.Eventually(t, func() bool { return on(t, f) }, soon, 5*time.Millisecond)
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "flags.json")
	put := func(text string) {
		require.NoError(t, os.WriteFile(path+"~", []byte(text), 0o600))
		require.NoError(t, os.Rename(path+"~", path))
	}
	put(document("off"))
	f := open(t, flags.Config{Source: flags.File(path)})
	require.False(t, on(t, f))
	require.NoError(t, os.Truncate(path, 0))
	require.Eventually(t, func() bool { return f.Status().Err != nil }, soon, time.Millisecond)
	require.False(t, on(t, f))
	put(document("on"))
	require.Eventually(t, func() bool { return on(t, f) }, soon, time.Millisecond)
}

func TestParseLocation(t *testing.T) {
	t.Parallel()
	got, err := flags.ParseLocation("file:/etc/flags.json")
	require.NoError(t, err)
	require.Equal(t, flags.Location{Kind: flags.KindFile, Path: "/etc/flags.json"}, got)
	got, err = flags.ParseLocation("appconfig:ladder/prod/flags")
	require.NoError(t, err)
	require.Equal(t, flags.Location{
		Kind: flags.KindAppConfig, Application: "ladder", Environment: "prod", Profile: "flags",
	}, got)
	for _, bad := range []string{"", "file:", "file:flags.json", "appconfig:a/b", "appconfig:a/b/c/d", "appconfig:a//c", "http://x"} {
		_, err := flags.ParseLocation(bad)
		require.ErrorContains(t, err, "want file:/path or appconfig:application/environment/profile", bad)
	}
}
