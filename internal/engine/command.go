package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/blang/semver"
)

// How a cancelled operation ends. The first interrupt asks the engine to start nothing new and to wait for
// what runs; the second one makes it record what runs as pending and leave.
const (
	StopGrace      = 30 * time.Second // from the first interrupt to the second
	terminateGrace = 5 * time.Second  // from the second interrupt to the kill
	pipeGrace      = 5 * time.Second  // for provider processes that keep the CLI's output open
)

// command starts the CLI for the Automation API (an auto.PulumiCommand). It differs from the API's own in
// the environment, which is given and not the process's, and in how it stops, see StopGrace.
type command struct {
	cli    *CLI
	env    []string
	abort  <-chan struct{}
	tied   bool   // the CLI must not outlive us
	stderr string // of the last run
}

// Version returns the CLI's version.
func (c *command) Version() semver.Version { return c.cli.Version }

// Run runs the CLI. An error means that it did not exit with 0.
func (c *command) Run(ctx context.Context, dir string, stdin io.Reader, outs, errs []io.Writer,
	env []string, args ...string,
) (stdout, stderr string, code int, err error) {
	if len(args) > 1 && args[0] == "stack" && args[1] == "history" {
		return "[]", "", 0, nil // the API asks after every operation; our Result comes from the events
	}
	if err := ctx.Err(); err != nil {
		return "", "", -1, err
	}
	var outText, errText bytes.Buffer
	args = append([]string{"--non-interactive"}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), c.cli.Path, args...) //nolint:gosec // FindCLI chose it
	cmd.Dir = dir
	cmd.Env = append(append(withPath(c.env, filepath.Dir(c.cli.Path)), env...), "PULUMI_AUTOMATION_API=true")
	cmd.Stdin = stdin
	cmd.Stdout = io.MultiWriter(append(outs, &outText)...)
	cmd.Stderr = io.MultiWriter(append(errs, &errText)...)
	cmd.WaitDelay = pipeGrace
	cmd.SysProcAttr = processAttributes(c.tied)

	// The kernel ties the child to the thread that started it, not to the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return "", "", -1, err
	}
	ended := make(chan struct{})
	go c.stop(ctx, cmd.Process, ended)
	err = cmd.Wait()
	close(ended)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	}
	c.stderr = errText.String()
	return outText.String(), errText.String(), code, err
}

// stop ends the process in three steps once ctx is cancelled.
func (c *command) stop(ctx context.Context, process *os.Process, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	_ = process.Signal(os.Interrupt) // an error means that it ended already, here and below
	select {
	case <-ended:
		return
	case <-c.abort:
	case <-time.After(StopGrace):
	}
	_ = process.Signal(os.Interrupt)
	select {
	case <-ended:
		return
	case <-time.After(terminateGrace):
	}
	_ = process.Kill()
}

// withPath returns env with dir first on PATH: the CLI finds its own plugins beside itself.
func withPath(env []string, dir string) []string {
	path, _ := lookupEnv(env, "PATH")
	if path != "" {
		dir += string(os.PathListSeparator) + path
	}
	return append(append([]string{}, env...), "PATH="+dir)
}
