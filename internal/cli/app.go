// Package cli is the ladder command: it reads the command line, calls the packages that do the work, and
// prints. Results go to standard output, progress, questions and errors to standard error.
//
// One file is one command, and every command has one shape: an Options struct, newX that only parses, and
// runX that only works.
package cli

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/engine"
)

// App is what the command needs from outside. The program comes in as a value, so that this package and its
// tests build without the AWS SDK.
type App struct {
	Version string
	Program pulumi.RunFunc
	Phases  []Phase
	// PhaseKey is the config key that names a stack's phase.
	PhaseKey string
	// CheckConfig returns every mistake in a stack's configuration: unknown keys, bad values. It gets full
	// keys, and no encrypted values.
	CheckConfig func(config map[string]string) error
	// Open is engine.Open, or a fake.
	Open func(ctx context.Context, options engine.Options) (engine.Stack, error)
	// Alarms are the alarms on AWS.
	Alarms advise.Source
	// SimulatedEnv is engine.SimulatedEnv: it prepares the folder of a simulation and returns the environment
	// in which a Pulumi CLI uses it.
	SimulatedEnv func(dir string, user, providers []string) ([]string, error)
	Now          func() time.Time
	// Env is the environment of the process, as os.Environ gives it.
	Env []string
	// Abort, when closed, ends a cancelled operation at once; see Interrupts.
	Abort <-chan struct{}
}

// Streams are where the command reads and writes, and what they can do.
type Streams struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // progress, questions, errors

	Ask      bool                       // a person can answer a question: In and Err are a terminal
	Live     bool                       // Err is a terminal that can redraw lines
	OutColor bool                       // Out shows colours
	ErrColor bool                       // Err shows colours
	Size     func() (width, height int) // of the terminal, in cells; 0, 0 when there is none
}

// factory is what every command is made from: the surroundings and the global flags.
type factory struct {
	App
	Streams
	dir  string // folder where the search for the project starts
	json bool
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, app App, args []string, streams Streams) int {
	f := &factory{App: app, Streams: streams}
	root := newRoot(f) //nolint:contextcheck // cobra hands the context of ExecuteContext to the commands
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && !errors.Is(err, engine.ErrCancelled) {
		err = errors.Join(engine.ErrCancelled, err)
	}
	f.report(err)
	return exitCode(err)
}
