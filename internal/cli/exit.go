package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
)

// The exit codes. `ladder simulate -- CMD` ends with the code of CMD instead.
const (
	ExitOK      = 0
	ExitFailed  = 1
	ExitUsage   = 2 // the command line is wrong; nothing was done
	ExitPolicy  = 3 // a mandatory policy is violated
	ExitChanges = 4 // --expect-no-changes, and there are changes
)

// usageError is a mistake on the command line.
type usageError struct {
	cmd *cobra.Command
	err error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// changesError says that --expect-no-changes was not met.
type changesError struct {
	stack string
	what  string
}

func (e *changesError) Error() string {
	return fmt.Sprintf("stack %q: wanted no changes, got %s", e.stack, e.what)
}

// childError carries the exit code of a command that ladder ran. The command has said itself what is wrong.
type childError struct{ code int }

func (e *childError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

func exitCode(err error) int {
	var (
		usage   *usageError
		changes *changesError
		child   *childError
	)
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &changes):
		return ExitChanges
	case errors.As(err, &child):
		return child.code
	case errors.Is(err, engine.ErrPolicy):
		return ExitPolicy
	}
	return ExitFailed
}

// report prints an error: one message, its further lines indented, and for a usage error how to do it right.
func (f *factory) report(err error) {
	var (
		usage *usageError
		child *childError
	)
	if err == nil || errors.As(err, &child) {
		return
	}
	message := strings.ReplaceAll(strings.TrimRight(err.Error(), "\n"), "\n", "\n  ")
	f.tell("%s %s\n", paint(f.ErrColor, red, "ladder:"), message)
	if !errors.As(err, &usage) || usage.cmd == nil {
		return
	}
	f.tell("Usage:   %s\n", usage.cmd.UseLine())
	if usage.cmd.Example != "" {
		example, _, _ := strings.Cut(usage.cmd.Example, "\n")
		f.tell("Example: %s\n", strings.TrimSpace(example))
	}
	f.tell("Help:    %s --help\n", usage.cmd.CommandPath())
}
