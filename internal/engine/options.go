package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/internal/project"
)

// Options say which stack to open and how.
type Options struct {
	Project *project.Project
	Stack   string
	Program pulumi.RunFunc

	// Overrides are config values for this run only: full keys, structured values as JSON. The stack's file
	// is not touched.
	Overrides map[string]string
	// Simulate attaches simulated providers and keeps the state in a folder of its own. Nil: the backend
	// that the user is logged in to, and real providers.
	Simulate *Simulation
	// PolicyPacks are paths of policy packs to run along with Preview and Up.
	PolicyPacks []string

	// Adopt and Forget settle creates that a killed update left unfinished, where nothing can tell whether
	// the resource exists. Adopt maps a URN to the provider's ID of the resource that was created; Forget
	// lists the URNs that were not.
	Adopt  map[string]string
	Forget []string

	// Env is the environment of the process, as os.Environ gives it.
	Env []string
	// Events receives progress, in order and never at the same time. Nil: no progress.
	Events func(Event)
	// Abort, when closed, ends a cancelled operation at once instead of after StopGrace; what was running
	// is then recorded as pending. Nil: never.
	Abort <-chan struct{}
}

// Simulation attaches simulated providers.
type Simulation struct {
	// Dir holds state, passphrase and PULUMI_HOME; default <project root>/.ladder.
	Dir string
	// Env points the engine at the providers, which must be serving already (PULUMI_DEBUG_PROVIDERS=...).
	Env []string
	// Lookup finds the resource of an interrupted create in the simulated cloud. Nil: unknown, as in a
	// real cloud.
	Lookup func(urn string) (id string, ok bool)
}

// Open finds the Pulumi CLI and the stack's file, and for a simulation makes its folder. It changes nothing
// else; a stack that does not exist yet is created by its first Up, and in simulation by its first Preview too.
func Open(ctx context.Context, o Options) (Stack, error) {
	if o.Project == nil || o.Program == nil || o.Stack == "" {
		return nil, errors.New("engine: Options need Project, Stack and Program")
	}
	if _, err := o.Project.Stack(o.Stack); err != nil {
		return nil, errorf(ErrStackFile, "%v", err)
	}
	s := &stack{Options: o, env: o.Env}
	if o.Simulate != nil {
		dir := o.Simulate.Dir
		if dir == "" {
			dir = filepath.Join(o.Project.Root, ".ladder")
		}
		var err error
		if s.dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		// The CLI keeps logs in its home even when it only tells its version.
		s.env = append(slices.Clone(o.Env), "PULUMI_HOME="+filepath.Join(s.dir, homeFolder))
	}
	var err error
	if s.cli, err = FindCLI(ctx, o.Project.Root, s.env); err != nil {
		return nil, err
	}
	if o.Simulate != nil {
		if s.env, err = SimulatedEnv(s.dir, o.Env, o.Simulate.Env); err != nil {
			return nil, fmt.Errorf("simulation folder %s: %w", s.dir, err)
		}
	}
	return s, nil
}
