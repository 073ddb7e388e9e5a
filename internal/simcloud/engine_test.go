package simcloud_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/simcloud"
)

const passphrase = "a passphrase for tests"

// engine is a stack on the real engine, with a file backend and a simulated cloud of its own.
type engine struct {
	t       *testing.T
	stack   auto.Stack
	cloud   *simcloud.Cloud
	dir     string // of the cloud
	home    string // PULUMI_HOME, of this engine alone
	backend string // the folder of its state

	outputs auto.OutputMap // of the last up
}

// urn returns the URN of a resource directly in the stack.
func (e *engine) urn(typ, name string) string {
	return "urn:pulumi:dev::simtest::" + typ + "::" + name
}

// cli returns the Pulumi CLI built by make tools, else the one on PATH.
func cli(t *testing.T) auto.PulumiCommand {
	t.Helper()
	options := &auto.PulumiCommandOptions{}
	if built, err := filepath.Abs("../../.tools"); err == nil {
		if _, err := os.Stat(filepath.Join(built, "bin", "pulumi")); err == nil {
			options.Root = built
		}
	}
	if options.Root == "" {
		_, err := exec.LookPath("pulumi")
		require.NoError(t, err, "no Pulumi CLI in .tools/bin or on PATH; run: make tools")
	}
	command, err := auto.NewPulumiCommand(options)
	require.NoError(t, err)
	return command
}

func newEngine(t *testing.T, program pulumi.RunFunc) *engine {
	t.Helper()
	e := &engine{t: t, dir: t.TempDir(), home: t.TempDir(), backend: t.TempDir()}
	e.cloud = open(t, e.dir)
	_, debugProviders, _ := strings.Cut(serve(t, e.cloud).Env()[0], "=")
	work, err := auto.NewLocalWorkspace(t.Context(),
		auto.Pulumi(cli(t)),
		auto.Program(program),
		auto.WorkDir(t.TempDir()),
		auto.Project(workspace.Project{
			Name:    tokens.PackageName("simtest"),
			Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: "file://" + e.backend},
		}),
		auto.EnvVars(map[string]string{
			"PULUMI_HOME":              e.home,
			"PULUMI_CONFIG_PASSPHRASE": passphrase,
			"PULUMI_SKIP_UPDATE_CHECK": "true",
			"PULUMI_DEBUG_PROVIDERS":   debugProviders,
		}))
	require.NoError(t, err)
	e.stack, err = auto.NewStack(t.Context(), "dev", work)
	require.NoError(t, err)
	require.NoError(t, e.stack.SetConfig(t.Context(), "aws:region", auto.ConfigValue{Value: "us-east-1"}))
	return e
}

func (e *engine) program(p pulumi.RunFunc) { e.stack.Workspace().SetProgram(p) }

// up returns how many resources it created, updated and so on.
func (e *engine) up() map[string]int {
	e.t.Helper()
	result, err := e.stack.Up(e.t.Context())
	require.NoError(e.t, err)
	e.outputs = result.Outputs
	return *result.Summary.ResourceChanges
}

func (e *engine) upFails() string {
	e.t.Helper()
	result, err := e.stack.Up(e.t.Context())
	require.Error(e.t, err)
	return result.StdOut + result.StdErr + err.Error()
}

// step is what a preview or a refresh says about one resource.
type step struct {
	op           string
	replaces     bool
	deletesFirst bool     // before the replacement is created
	diffs        []string // changed inputs, sorted
}

func collect(run func(chan<- events.EngineEvent) error) (map[string]step, error) {
	stream := make(chan events.EngineEvent, 100)
	collected := make(chan map[string]step)
	go func() {
		steps := map[string]step{}
		for event := range stream {
			meta := apitype.StepEventMetadata{}
			switch {
			case event.ResourcePreEvent != nil:
				meta = event.ResourcePreEvent.Metadata
			case event.ResOutputsEvent != nil && event.ResOutputsEvent.Metadata.Op == apitype.OpRefresh:
				meta = event.ResOutputsEvent.Metadata
			default:
				continue
			}
			name := resource.URN(meta.URN).Name()
			s := steps[name]
			s.op = string(meta.Op)
			s.deletesFirst = s.deletesFirst || meta.Op == apitype.OpDeleteReplaced && !s.replaces
			s.replaces = s.replaces || meta.Op == apitype.OpReplace || meta.Op == apitype.OpCreateReplacement
			if len(meta.DetailedDiff) > 0 {
				s.diffs = nil
				for path := range meta.DetailedDiff {
					s.diffs = append(s.diffs, path)
				}
				slices.Sort(s.diffs)
			}
			steps[name] = s
		}
		collected <- steps
	}()
	err := run(stream)
	return <-collected, err
}

func (e *engine) preview() map[string]step {
	e.t.Helper()
	steps, err := collect(func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Preview(e.t.Context(), optpreview.EventStreams(stream))
		return err
	})
	require.NoError(e.t, err)
	return steps
}

func (e *engine) refresh() map[string]int {
	e.t.Helper()
	result, err := e.stack.Refresh(e.t.Context())
	require.NoError(e.t, err)
	return *result.Summary.ResourceChanges
}

func (e *engine) destroy() {
	e.t.Helper()
	_, err := e.stack.Destroy(e.t.Context())
	require.NoError(e.t, err)
	require.Empty(e.t, files(e.t, e.dir))
}

// state returns the stack's state as it lies in the backend's file.
func (e *engine) state() (state apitype.DeploymentV3, file string) {
	e.t.Helper()
	content, err := os.ReadFile(filepath.Join(e.backend, ".pulumi", "stacks", "simtest", "dev.json"))
	require.NoError(e.t, err)
	var saved struct {
		Checkpoint struct{ Latest apitype.DeploymentV3 }
	}
	require.NoError(e.t, json.Unmarshal(content, &saved))
	return saved.Checkpoint.Latest, string(content)
}

// raw is any resource of the real providers, without their SDKs.
type raw struct {
	pulumi.CustomResourceState
	Arn    pulumi.StringOutput `pulumi:"arn"`
	Result pulumi.StringOutput `pulumi:"result"`
}

func register(
	ctx *pulumi.Context, typ, name string, inputs pulumi.Map, opts ...pulumi.ResourceOption,
) (*raw, error) {
	r := &raw{}
	return r, ctx.RegisterResource(typ, name, inputs, r, opts...)
}
