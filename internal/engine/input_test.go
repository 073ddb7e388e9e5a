package engine_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
)

func TestWrongPassphrase(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.up()
	before := b.read(stateFile)
	b.opts.Env = append(b.opts.Env, "PULUMI_CONFIG_PASSPHRASE=guess")
	_, err := b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrPassphrase)
	require.ErrorContains(t, err, "incorrect passphrase")
	require.ErrorContains(t, err, "set PULUMI_CONFIG_PASSPHRASE")
	require.NotContains(t, err.Error(), "exit status")
	require.Equal(t, before, b.read(stateFile))
	require.Empty(t, b.locks())
}

func TestPassphraseIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.open()
	first := b.read(".ladder/passphrase")
	require.GreaterOrEqual(t, len(strings.TrimSpace(first)), 26, "128 bits and more")
	info, err := os.Stat(filepath.Join(b.root, ".ladder/passphrase"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	b.open()
	require.Equal(t, first, b.read(".ladder/passphrase"))

	own := newBench(t, two)
	own.opts.Env = append(own.opts.Env, "PULUMI_CONFIG_PASSPHRASE=mine")
	own.up()
	require.NoFileExists(t, filepath.Join(own.root, ".ladder/passphrase"))
}

func TestStateOfAnotherProject(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.up()
	mine := b.read(stateFile)

	b.write("Pulumi.yaml", "name: other\nruntime: go\n")
	b.opts.Project = b.project()
	_, err := b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrOtherProject)
	require.ErrorContains(t, err, `for project "demo", not for "other"`)

	copied := ".ladder/state/.pulumi/stacks/other/dev.json"
	b.write(copied, mine)
	for _, run := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return b.open().Up(t.Context()) },
		func() (*engine.Result, error) { return b.open().Preview(t.Context()) },
		func() (*engine.Result, error) { return b.open().Destroy(t.Context(), true) },
	} {
		_, err = run()
		require.ErrorIs(t, err, engine.ErrOtherProject)
		require.ErrorContains(t, err, `belongs to project "demo", not to "other"`)
	}
	require.Equal(t, mine, b.read(copied))
	require.Equal(t, 2, b.cloud.count())
}

func TestCorruptedState(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "cut off": `{"version":3,"checkpoint":{"stack":"organ`,
		"bad URN":          `{"version":3,"checkpoint":{"latest":{"resources":[{"urn":"nonsense","type":"a:b:C"}]}}}`,
		"bad pending URN":  `{"version":3,"checkpoint":{"latest":{"pending_operations":[{"type":"creating"}]}}}`,
		"not a state file": `[1,2]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, two)
			b.write(stateFile, text)
			_, err := b.open().Up(t.Context())
			require.ErrorIs(t, err, engine.ErrState)
			require.ErrorContains(t, err, `state of stack "dev"`)
			require.Equal(t, text, b.read(stateFile))
			_, err = b.open().Outputs(t.Context())
			require.ErrorIs(t, err, engine.ErrState)
		})
	}
}

func TestNoStackYet(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	s := b.open()
	_, err := s.Destroy(t.Context(), true)
	require.ErrorIs(t, err, engine.ErrNoStack)
	_, err = s.Refresh(t.Context())
	require.ErrorIs(t, err, engine.ErrNoStack)
	_, err = s.Outputs(t.Context())
	require.ErrorContains(t, err, "ladder up dev")
	state, err := s.State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Resources)

	b.opts.Stack = "prod"
	_, err = engine.Open(t.Context(), b.opts)
	require.ErrorIs(t, err, engine.ErrStackFile)
	require.ErrorContains(t, err, `stack "prod": no file Pulumi.prod.yaml; stacks with a file: dev`)
}

func TestOpenNeedsItsOptions(t *testing.T) {
	t.Parallel()
	_, err := engine.Open(t.Context(), engine.Options{})
	require.ErrorContains(t, err, "Options need Project, Stack and Program")
}

func TestFindCLI(t *testing.T) {
	t.Parallel()
	script := func(dir, text string) string {
		path := filepath.Join(dir, "pulumi")
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700))
		return path
	}
	old, broken, odd, good, root := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	oldCLI := script(old, "echo v3.100.0")
	brokenCLI := script(broken, "echo no library >&2; exit 1")
	oddCLI := script(odd, "echo hello")
	goodCLI := script(good, "echo v3.260.0-dev.0")
	path := func(dirs ...string) []string {
		return []string{"PATH=" + strings.Join(dirs, string(os.PathListSeparator))}
	}

	_, err := engine.FindCLI(t.Context(), root, path(t.TempDir()))
	require.ErrorIs(t, err, engine.ErrNoCLI)
	require.ErrorContains(t, err, "none on PATH, none in "+root)
	require.ErrorContains(t, err, "3.258.0")
	require.ErrorContains(t, err, "make tools")
	require.ErrorContains(t, err, "https://www.pulumi.com/docs/install/")

	_, err = engine.FindCLI(t.Context(), root, path(old, broken, odd))
	require.ErrorIs(t, err, engine.ErrNoCLI)
	require.ErrorContains(t, err, oldCLI+" is 3.100.0, too old")
	require.ErrorContains(t, err, brokenCLI+" does not run: exit status 1: no library")
	require.ErrorContains(t, err, oddCLI+` does not run: version: got "hello"`)

	found, err := engine.FindCLI(t.Context(), root, path(old, good))
	require.NoError(t, err)
	require.Equal(t, goodCLI, found.Path)

	pinned := script(filepath.Join(root, ".tools", "bin"), "echo v3.258.0")
	found, err = engine.FindCLI(t.Context(), root, path(old))
	require.NoError(t, err)
	require.Equal(t, pinned, found.Path)
	require.Equal(t, "3.258.0", found.Version.String())

	b := newBench(t, two)
	b.opts.Env = path(old)
	_, err = engine.Open(t.Context(), b.opts)
	require.ErrorIs(t, err, engine.ErrNoCLI)
	require.NoDirExists(t, filepath.Join(b.root, ".ladder"))
}

// real turns the bench into a run against the user's own backend, with the test's provider as the real one.
func (b *bench) real(passphrase string) string {
	backend := b.t.TempDir()
	b.opts.Env = append(b.opts.Env, "PULUMI_BACKEND_URL=file://"+backend, b.opts.Simulate.Env[0],
		"PULUMI_CONFIG_PASSPHRASE="+passphrase)
	b.opts.Simulate = nil
	return backend
}

func TestOwnBackend(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	backend := b.real("mine")

	_, err := b.open().Preview(t.Context())
	require.ErrorIs(t, err, engine.ErrNoStack, "a preview creates no stack in the user's backend")
	require.Equal(t, stackFile, b.read("Pulumi.dev.yaml"))

	r := b.up()
	require.Equal(t, engine.Steps{Create: 3}, r.Steps)
	require.FileExists(t, filepath.Join(backend, ".pulumi/stacks/demo/dev.json"))
	require.NoDirExists(t, filepath.Join(b.root, ".ladder"))
	file := b.read("Pulumi.dev.yaml")
	require.Contains(t, file, "demo:size: small # the smallest")
	require.Contains(t, file, "encryptionsalt:", "as `pulumi stack init` does")

	outputs, err := b.open().Outputs(t.Context())
	require.NoError(t, err)
	require.Equal(t, "[secret]", outputs["password"])

	b.opts.Overrides = map[string]string{"demo:size": "large"}
	r, err = b.open().Preview(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, r.Steps.Update)
	require.Equal(t, file, b.read("Pulumi.dev.yaml"))
	b.opts.Overrides = nil

	b.opts.Env = append(b.opts.Env, "PULUMI_CONFIG_PASSPHRASE=other")
	_, err = b.open().Preview(t.Context())
	require.ErrorIs(t, err, engine.ErrPassphrase)
	b.opts.Env = b.opts.Env[:len(b.opts.Env)-1]

	lock := filepath.Join(backend, ".pulumi/locks/organization/demo/dev/x.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(lock), 0o700))
	require.NoError(t, os.WriteFile(lock, []byte(`{"pid":1073741824,"hostname":"elsewhere","username":"ann"}`), 0o600))
	_, err = b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrLocked)
	require.ErrorContains(t, err, "created by ann@elsewhere (pid 1073741824)")
	require.FileExists(t, lock, "locks of a user's own backend are never removed")
	require.NoError(t, os.Remove(lock))

	r, err = b.open().Destroy(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, 3, r.Steps.Delete)
}

// The state is written as an operation goes on, for the case that it is killed, unless the user wants it quicker.
func TestCheckpointsOfASimulation(t *testing.T) {
	t.Parallel()
	for setting, kept := range map[string]bool{"PULUMI_SKIP_CHECKPOINTS=": true, "PULUMI_SKIP_CHECKPOINTS=true": false} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, two)
			b.opts.Env = append(b.opts.Env, setting)
			var state string
			b.cloud.inCreate = func(_ context.Context, name string) error {
				if name == "lid" { // made after the box
					state = b.read(stateFile)
				}
				return nil
			}
			b.up()
			require.Equal(t, kept, strings.Contains(state, "::box"))
			require.Contains(t, b.read(stateFile), "::lid")
			require.Zero(t, b.up().Changes)
		})
	}
}

func TestEncryptedConfigInASimulation(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	simulation, env := b.opts.Simulate, b.opts.Env
	b.real("mine")
	b.up()
	set := exec.CommandContext(t.Context(), filepath.Join(cliFolder(t), "pulumi"), "config", "set", "--secret",
		"--stack", "dev", "size", "confidential")
	set.Dir, set.Env = b.root, b.opts.Env
	out, err := set.CombinedOutput()
	require.NoError(t, err, string(out))
	file := b.read("Pulumi.dev.yaml")
	require.NotContains(t, file, "confidential")

	b.opts.Simulate, b.opts.Env = simulation, env
	_, err = b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrPassphrase, "the generated passphrase cannot read the user's values")
	require.ErrorContains(t, err, "PULUMI_CONFIG_PASSPHRASE")

	b.opts.Env = slices.Concat(env, []string{"PULUMI_CONFIG_PASSPHRASE=mine"})
	require.Equal(t, 3, b.up().Changes)
	require.Zero(t, b.up().Changes)
	require.Equal(t, file, b.read("Pulumi.dev.yaml"))
}
