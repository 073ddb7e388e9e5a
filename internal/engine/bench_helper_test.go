package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/project"
)

const projectFile = `name: demo
runtime: go
main: program
config:
  demo:size: {type: string}
  demo:count: {type: integer, default: 1}
  demo:zones: {type: array, items: {type: string}, default: []}
`

const stackFile = `# sizes of the test stack
config:
  demo:size: small # the smallest
`

// bench is a project in a folder of its own, a cloud and what the engine said.
type bench struct {
	t       testing.TB
	root    string
	cloud   *cloud
	opts    engine.Options
	mu      sync.Mutex
	events  []engine.Event
	outside string // a PULUMI_HOME that must stay unused
}

func newBench(tb testing.TB, run pulumi.RunFunc) *bench {
	tb.Helper()
	b := &bench{t: tb, root: tb.TempDir(), cloud: newCloud(), outside: filepath.Join(tb.TempDir(), "home")}
	b.write("Pulumi.yaml", projectFile)
	b.write("program/main.go", "package main\n")
	b.write("Pulumi.dev.yaml", stackFile)
	b.opts = engine.Options{
		Project: b.project(), Stack: "dev", Program: run,
		Simulate: &engine.Simulation{Env: b.cloud.serve(tb), Lookup: b.cloud.lookup},
		Env:      []string{"PATH=" + cliFolder(tb), "HOME=" + tb.TempDir(), "PULUMI_HOME=" + b.outside},
		Events: func(e engine.Event) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
		},
	}
	return b
}

// cliFolder returns the folder of the pinned Pulumi CLI.
func cliFolder(tb testing.TB) string {
	tb.Helper()
	root, err := project.Find(".")
	dir := filepath.Join("..", "..", ".tools", "bin")
	if err == nil {
		dir = filepath.Join(root.Root, ".tools", "bin")
	}
	dir, err = filepath.Abs(dir)
	require.NoError(tb, err)
	require.FileExists(tb, filepath.Join(dir, "pulumi"), "the Pulumi CLI is not built yet: run `make tools`")
	return dir
}

func (b *bench) project() *project.Project {
	b.t.Helper()
	p, err := project.Find(b.root)
	require.NoError(b.t, err)
	return p
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.root, name)
	require.NoError(b.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(b.t, os.WriteFile(path, []byte(text), 0o600))
}

func (b *bench) read(name string) string {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(b.root, name))
	require.NoError(b.t, err)
	return string(data)
}

const stateFile = ".ladder/state/.pulumi/stacks/demo/dev.json"

func (b *bench) open() engine.Stack {
	b.t.Helper()
	s, err := engine.Open(b.t.Context(), b.opts)
	require.NoError(b.t, err)
	return s
}

func (b *bench) up() *engine.Result {
	b.t.Helper()
	r, err := b.open().Up(b.t.Context())
	require.NoError(b.t, err)
	return r
}

// said returns the messages so far, one a line, and forgets them.
func (b *bench) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, e := range b.events {
		if e.Stage == engine.Note {
			lines = append(lines, e.Message)
		}
	}
	b.events = nil
	return strings.Join(lines, "\n")
}

func (b *bench) locks() []string {
	b.t.Helper()
	paths, err := filepath.Glob(filepath.Join(b.root, ".ladder/state/.pulumi/locks/organization/demo/dev/*.json"))
	require.NoError(b.t, err)
	return paths
}

// two is a program with a component, two things and a secret. Config decides size and zone.
func two(ctx *pulumi.Context) error {
	cfg := config.New(ctx, "demo")
	var group component
	if err := ctx.RegisterComponentResource("demo:index:Group", "group", &group); err != nil {
		return err
	}
	box, err := thing(ctx, "box", pulumi.Map{
		"size":     pulumi.String(cfg.Require("size")),
		"zone":     pulumi.String(cfg.Get("zone")),
		"password": pulumi.ToSecret(pulumi.String("hunter2")),
	}, pulumi.Parent(&group))
	if err != nil {
		return err
	}
	if _, err := thing(ctx, "lid", pulumi.Map{"of": box.ID()}); err != nil {
		return err
	}
	ctx.Export("size", box.Size)
	ctx.Export("password", pulumi.ToSecret(pulumi.Map{"value": pulumi.String("hunter2")}))
	ctx.Export("root", pulumi.String(ctx.RootDirectory()))
	return nil
}

type component struct{ pulumi.ResourceState }
