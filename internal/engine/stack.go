package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// stack implements Stack.
type stack struct {
	Options
	cli *CLI
	env []string // of the CLI
	dir string   // of the simulation
}

func (s *stack) emit(e Event) {
	if s.Events != nil {
		s.Events(e)
	}
}

func (s *stack) note(format string, args ...any) {
	s.emit(Event{Stage: Note, Message: fmt.Sprintf(format, args...)})
}

// Preview implements Stack.
func (s *stack) Preview(ctx context.Context) (*Result, error) {
	state, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if state == nil {
		if s.Simulate == nil {
			return nil, s.noStack()
		}
		if state, err = s.create(ctx); err != nil {
			return nil, err
		}
	}
	s.explain(state)
	return s.run(ctx, operation{name: "preview", state: state}, func(a auto.Stack, file string, to eventStream) error {
		_, err := a.Preview(ctx, optpreview.ConfigFile(file), optpreview.Color("never"),
			optpreview.SuppressProgress(), optpreview.PolicyPacks(s.PolicyPacks...), optpreview.EventStreams(to))
		return err
	})
}

// Up implements Stack.
func (s *stack) Up(ctx context.Context) (*Result, error) {
	state, _, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	if state == nil {
		if state, err = s.create(ctx); err != nil {
			return nil, err
		}
	}
	return s.run(ctx, operation{name: "up", state: state}, func(a auto.Stack, file string, to eventStream) error {
		_, err := a.Up(ctx, optup.ConfigFile(file), optup.Color("never"),
			optup.SuppressProgress(), optup.PolicyPacks(s.PolicyPacks...), optup.EventStreams(to))
		return err
	})
}

// Refresh implements Stack.
func (s *stack) Refresh(ctx context.Context) (*Result, error) {
	state, refreshed, err := s.ready(ctx)
	if err != nil || refreshed != nil {
		return refreshed, err
	}
	if state == nil {
		return nil, s.noStack()
	}
	return s.refresh(ctx, state)
}

func (s *stack) refresh(ctx context.Context, state *apitype.DeploymentV3, opts ...optrefresh.Option) (*Result, error) {
	return s.run(ctx, operation{name: "refresh", state: state}, func(a auto.Stack, file string, to eventStream) error {
		_, err := a.Refresh(ctx, append(slices.Clone(opts), optrefresh.ConfigFile(file), optrefresh.Color("never"),
			optrefresh.SuppressProgress(), optrefresh.EventStreams(to))...)
		return err
	})
}

// Destroy implements Stack.
func (s *stack) Destroy(ctx context.Context, includeData bool) (*Result, error) {
	state, _, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	if state == nil {
		return nil, s.noStack()
	}
	var protected []string
	for _, r := range state.Resources {
		if r.Protect && !r.Delete {
			protected = append(protected, r.URN.Name())
		}
	}
	op := operation{name: "destroy", state: state}
	if len(protected) > 0 {
		if !includeData {
			return nil, errorf(ErrProtected, "destroy %s: nothing was deleted, because these are protected: %s; "+
				"delete them too with --include-data", s.Stack, strings.Join(protected, ", "))
		}
		s.note("protection is lifted for this run from: %s", strings.Join(protected, ", "))
		op.args = []string{"--ignore-protect"}
		if op.state, err = s.lift(ctx, state); err != nil {
			return nil, fmt.Errorf("destroy %s: %w", s.Stack, err)
		}
	}
	result, err := s.run(ctx, op, func(a auto.Stack, file string, to eventStream) error {
		_, err := a.Destroy(ctx, optdestroy.ConfigFile(file), optdestroy.Color("never"),
			optdestroy.SuppressProgress(), optdestroy.EventStreams(to))
		return err
	})
	s.noteRetained(state, result)
	return result, err
}

// noteRetained names what left the stack and still exists, and costs, in the cloud.
func (s *stack) noteRetained(state *apitype.DeploymentV3, result *Result) {
	gone := map[string]bool{}
	if result != nil {
		for _, r := range result.Resources {
			gone[r.URN] = r.Op == OpDelete
		}
	}
	var kept []string
	for _, r := range state.Resources {
		if r.RetainOnDelete && r.Custom && gone[string(r.URN)] {
			kept = append(kept, fmt.Sprintf("  %s as %s", r.URN.Name(), r.ID))
		}
	}
	if len(kept) > 0 {
		s.note("these left the stack and stay in the cloud, where they cost what they did:\n%s", strings.Join(kept, "\n"))
	}
}

// create makes the empty stack. In the user's own backend the CLI may write a salt into the stack's file,
// as it does for `pulumi stack init`; in a simulation it writes into a copy, and the state keeps the salt.
func (s *stack) create(ctx context.Context) (*apitype.DeploymentV3, error) {
	dir := s.Project.Root
	if s.Simulate != nil {
		copied, err := s.configCopy(nil)
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(copied) }() // a temporary folder
		dir = copied
	}
	if _, err := s.pulumi(ctx, dir, "stack", "init", "--no-select", s.Stack); err != nil {
		return nil, fmt.Errorf("create stack %q: %w", s.Stack, err)
	}
	return s.load(ctx)
}

// operation is one run of the engine.
type operation struct {
	name    string
	state   *apitype.DeploymentV3
	args    []string       // more flags for the CLI
	program pulumi.RunFunc // nil for the stack's own
}

// eventStream is where the Automation API sends the engine's events.
type eventStream chan<- events.EngineEvent

// run runs one operation and collects what it did.
func (s *stack) run(
	ctx context.Context, op operation, call func(auto.Stack, string, eventStream) error,
) (*Result, error) {
	file := "" // the user's own
	if s.Simulate != nil || len(s.Overrides) > 0 {
		dir, err := s.configCopy(op.state)
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
		file = filepath.Join(dir, s.fileName())
	}
	run := s.Program
	if op.program != nil {
		run = op.program
	}
	program, err := serveProgram(ctx, run, s.Project.Root)
	if err != nil {
		return nil, err
	}
	defer program.close()
	cmd := s.command()
	local, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(s.Project.Root), auto.Pulumi(cmd))
	if err != nil {
		return nil, err
	}
	args := append([]string{"--client=" + program.address}, op.args...)
	selected, err := auto.SelectStack(ctx, s.Stack, &localWorkspace{Workspace: local, args: args})
	if err != nil {
		return nil, err
	}
	c := newCollector(s.Stack, op.name == "preview", s.emit)
	err = collect(c, func(to eventStream) error { return call(selected, file, to) })
	result := c.result(err != nil)
	if err == nil {
		return result, nil
	}
	return result, s.failure(ctx, op.name, c, program.result(), cmd.stderr, err)
}

// collect hands every event of call to c. It does not wait for the stream's end, which never comes when the
// CLI fails before it opens the stream.
func collect(c *collector, call func(eventStream) error) error {
	stream, ended := make(chan events.EngineEvent), make(chan error, 1)
	go func() { ended <- call(stream) }()
	open := (<-chan events.EngineEvent)(stream)
	for {
		select {
		case e, ok := <-open:
			if !ok {
				open = nil // a closed channel would always be ready
				continue
			}
			if e.Error == nil {
				c.handle(e.EngineEvent)
			}
		case err := <-ended:
			return err // every event was taken: the API's event server ends before the call returns
		}
	}
}

// command returns a new CLI command with the stack's environment.
func (s *stack) command() *command {
	return &command{cli: s.cli, env: s.env, abort: s.Abort, tied: s.Simulate != nil}
}

// pulumi runs one CLI command that is no operation and returns its standard output.
func (s *stack) pulumi(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := s.command()
	out, _, _, err := cmd.Run(ctx, dir, nil, nil, nil, nil, args...)
	if err != nil {
		return "", s.failure(ctx, strings.Join(args[:2], " "), &collector{}, nil, cmd.stderr, err)
	}
	return out, nil
}
