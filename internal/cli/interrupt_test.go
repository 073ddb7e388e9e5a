package cli_test

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/cli"
	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/engine/enginetest"
)

func TestInterrupts(t *testing.T) {
	t.Parallel()
	signals := make(chan os.Signal)
	exited := make(chan int)
	ctx, abort := cli.Interrupts(t.Context(), signals, func(code int) { exited <- code })
	require.NoError(t, ctx.Err())

	signals <- syscall.SIGHUP
	<-ctx.Done()
	signals <- syscall.SIGHUP // the kernel says it, too
	signals <- syscall.SIGHUP
	select {
	case <-abort:
		require.Fail(t, "the first interrupt must not abort")
	default:
	}
	signals <- os.Interrupt
	<-abort
	signals <- os.Interrupt
	require.Equal(t, 130, <-exited)
}

// lines is a writer that several goroutines may use, and that tells when something was written.
type lines struct {
	mu    sync.Mutex
	text  strings.Builder
	wrote chan struct{}
}

func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.wrote <- struct{}{} }()
	return l.text.Write(data)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// run is a command line in a copy of the test project.
type run struct {
	app           cli.App
	out, messages *lines
	in            io.Reader
}

func newRun() *run {
	return &run{
		app:      testApp([]string{"HOME=/nowhere"}),
		out:      &lines{wrote: make(chan struct{}, 100)},
		messages: &lines{wrote: make(chan struct{}, 100)},
	}
}

func (r *run) main(ctx context.Context, t *testing.T, args ...string) int {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/project")))
	return cli.Main(ctx, r.app, append([]string{"-C", dir}, args...), cli.Streams{
		In: r.in, Out: r.out, Err: r.messages, Ask: r.in != nil, Size: func() (int, int) { return 0, 0 },
	})
}

// waitFor returns when the messages have the text.
func (r *run) waitFor(text string) {
	for !strings.Contains(r.messages.String(), text) {
		<-r.messages.wrote
	}
}

func TestSimulateServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	r, code := newRun(), make(chan int)
	go func() { code <- r.main(ctx, t, "simulate") }()
	r.waitFor("Ctrl-C ends it")
	require.Regexp(t, `(?m)^export PULUMI_DEBUG_PROVIDERS='aws:\d+,kubernetes:\d+,random:\d+'$`, r.out.String())
	require.NotContains(t, r.out.String(), "HOME", "only what must be set")
	interrupt()
	require.Equal(t, cli.ExitOK, <-code)
}

func TestSimulateRefusesAPortInUse(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)

	r := newRun()
	require.Equal(t, cli.ExitFailed, r.main(t.Context(), t, "simulate", "--port", port, "--", "echo", "ran"))
	require.Contains(t, r.messages.String(), "port "+port+" is in use")
	require.Empty(t, r.out.String(), "the command must not run")
}

func TestInterruptEndsAQuestion(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	r, code := newRun(), make(chan int)
	r.in, _ = io.Pipe() // nobody answers
	go func() { code <- r.main(ctx, t, "up", "small") }()
	r.waitFor("Type yes")
	interrupt()
	require.Equal(t, cli.ExitFailed, <-code)
	require.Contains(t, r.messages.String(), "nothing was changed")
}

func TestInterruptEndsAnUpdate(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	abort := make(chan struct{})
	fake := &enginetest.Fake{Hang: "up"}
	r, code := newRun(), make(chan int)
	r.app.Abort = abort
	r.app.Open = func(_ context.Context, o engine.Options) (engine.Stack, error) {
		require.NotNil(t, o.Abort, "the engine must hear the second interrupt")
		return fake, nil
	}
	go func() { code <- r.main(ctx, t, "up", "small", "--simulate") }()
	r.waitFor("updating small")
	interrupt()
	require.Equal(t, cli.ExitFailed, <-code)
	require.Contains(t, r.messages.String(), "ladder: ")
	require.Equal(t, []string{"state", "up"}, fake.Calls())
}
