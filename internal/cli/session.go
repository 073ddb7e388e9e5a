package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// simulationFolder holds everything of a simulation: state, passphrase, and what exists in the simulated
// cloud. It lies in the project's root; delete it to start over.
const simulationFolder = ".ladder"

// engineFlags are the flags of commands that run the engine.
type engineFlags struct {
	Simulate    bool
	PolicyPacks []string
	Adopt       []string // URN=ID
	Forget      []string // URNs
}

func (e *engineFlags) addSimulate(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&e.Simulate, "simulate", false, "use the simulated cloud in .ladder instead of AWS")
}

func (e *engineFlags) addPolicyPacks(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&e.PolicyPacks, "policy-pack", nil,
		"check with the policy pack at this `path` (repeatable)")
}

func (e *engineFlags) addRepair(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&e.Adopt, "adopt", nil,
		"a killed update did create this resource, with this id: `URN=ID` (repeatable)")
	cmd.Flags().StringArrayVar(&e.Forget, "forget", nil,
		"a killed update did not create the resource with this `URN` (repeatable)")
}

// adopted parses --adopt.
func (e *engineFlags) adopted() (map[string]string, error) {
	result := map[string]string{}
	for _, pair := range e.Adopt {
		urn, id, ok := strings.Cut(pair, "=")
		if !ok || !strings.HasPrefix(urn, "urn:pulumi:") || id == "" {
			return nil, fmt.Errorf("--adopt: got %q, want URN=ID, as in --adopt 'urn:pulumi:...::web=i-0abc'", pair)
		}
		result[urn] = id
	}
	return result, nil
}

// packPaths returns the paths of policy packs from the root on: the engine runs elsewhere.
func packPaths(packs []string) (paths []string, err error) {
	for _, pack := range packs {
		path, bad := filepath.Abs(pack)
		if bad == nil {
			_, bad = os.Stat(path)
		}
		if bad != nil {
			err = errors.Join(err, fmt.Errorf("--policy-pack: got %q, want the folder of a policy pack: %w", pack, bad))
		}
		paths = append(paths, path)
	}
	return paths, err
}

// session is an open stack with progress and, in simulation, the simulated cloud.
type session struct {
	*factory
	engine.Stack
	target   *target
	progress *progress // of the running operation; nil between operations
	servers  *simcloud.Servers
}

// open opens a stack that was read. Nothing is changed when it fails.
func (f *factory) open(
	ctx context.Context, cmd *cobra.Command, t *target, flags engineFlags,
) (*session, error) {
	adopt, adoptErr := flags.adopted()
	packs, err := packPaths(flags.PolicyPacks)
	if err := errors.Join(adoptErr, err); err != nil {
		return nil, &usageError{cmd: cmd, err: err}
	}
	s := &session{factory: f, target: t}
	options := engine.Options{
		Project: t.project, Stack: t.stack.Name, Program: f.Program, Overrides: t.overrides,
		PolicyPacks: packs, Adopt: adopt, Forget: flags.Forget,
		Env: f.Env, Abort: f.Abort, Events: s.event,
	}
	if flags.Simulate {
		if options.Simulate, err = s.startCloud(filepath.Join(t.project.Root, simulationFolder)); err != nil {
			return nil, err
		}
	}
	if s.Stack, err = f.Open(ctx, options); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *session) startCloud(dir string) (*engine.Simulation, error) {
	cloud, err := simcloud.Open(filepath.Join(dir, "cloud"))
	if err != nil {
		return nil, err
	}
	if s.servers, err = cloud.Serve(0); err != nil {
		return nil, err
	}
	return &engine.Simulation{Dir: dir, Env: s.servers.Env(), Lookup: cloud.Lookup}, nil
}

func (s *session) close() error {
	if s.servers == nil {
		return nil
	}
	return s.servers.Close()
}

func (s *session) event(e engine.Event) {
	if s.progress != nil {
		s.progress.event(e)
	}
}

// do runs one operation with progress. The title says what is going on, as in "updating phase1".
func (s *session) do(
	ctx context.Context, title string, operation func(context.Context) (*engine.Result, error),
) (*engine.Result, time.Duration, error) {
	begin := s.Now()
	s.progress = newProgress(s.factory, title)
	s.progress.start(ctx)
	result, err := operation(ctx)
	s.progress.close()
	s.progress = nil
	return result, s.Now().Sub(begin), err
}

// repaired returns the state, without what a killed update left unfinished: what comes to light with that belongs into
// what is shown, judged and asked.
func (s *session) repaired(ctx context.Context, flags engineFlags) (*engine.State, error) {
	state, err := s.State(ctx)
	if err != nil || len(state.Pending)+len(flags.Adopt)+len(flags.Forget) == 0 {
		return state, err
	}
	if _, _, err := s.do(ctx, "repairing "+s.target.stack.Name, s.Refresh); err != nil {
		return nil, err
	}
	return s.State(ctx)
}

// finish prints what was done, after a failure too, and returns err.
func (s *session) finish(result *engine.Result, took time.Duration, err error) error {
	if result == nil {
		return err
	}
	if s.json {
		return errors.Join(err, s.printJSON(result))
	}
	if err != nil && result.Changes == 0 {
		return err
	}
	text := summary(result, took, false)
	if len(result.Outputs) > 0 {
		text += "\n"
	}
	return errors.Join(err, s.print(text), s.printOutputs(result.Outputs))
}
