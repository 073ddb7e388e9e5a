package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain runs main instead of the tests when the test starts itself as the app.
func TestMain(m *testing.M) {
	if os.Getenv("APP_TEST_MAIN") != "" {
		main()
	}
	m.Run()
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, err := command(t.Context(), "version").Output()
	require.NoError(t, err)
	require.Equal(t, "dev\n", string(out))
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	err := command(t.Context(), "nonsense").Run()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 2, exit.ExitCode())
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			app := command(ctx)
			app.Env = append(app.Env, "SHUTDOWN_DELAY=10ms")
			log := started(t, app)
			require.NoError(t, app.Process.Signal(signal))
			var last string
			for log.Scan() {
				last = log.Text()
			}
			require.Contains(t, last, `"msg":"stopped"`)
			require.NoError(t, app.Wait())
		})
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	app := command(ctx)
	app.Env = append(app.Env, "SHUTDOWN_DELAY=1h")
	log := started(t, app)
	require.NoError(t, app.Process.Signal(syscall.SIGTERM))
	for !strings.Contains(log.Text(), `"msg":"stopping"`) {
		require.True(t, log.Scan())
	}
	require.NoError(t, app.Process.Signal(syscall.SIGTERM))
	require.ErrorContains(t, app.Wait(), "signal: terminated")
	require.NoError(t, ctx.Err())
}

// command is the app as a process of its own, in memory and on a free port.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = []string{"APP_TEST_MAIN=1", "LISTEN_ADDR=127.0.0.1:0"}
	return cmd
}

// started starts the app and returns its log when it listens.
func started(t *testing.T, app *exec.Cmd) *bufio.Scanner {
	t.Helper()
	stderr, err := app.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, app.Start())
	log := bufio.NewScanner(stderr)
	for log.Scan() {
		if strings.Contains(log.Text(), `"msg":"listening"`) {
			return log
		}
	}
	t.Fatal("the app ended before it listened")
	return nil
}
