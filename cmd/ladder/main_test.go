package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ladder": main})
}

// TestScripts runs the real command: the real program on the real engine, with the simulated cloud. Each
// script starts in a project like the shipped one, with an artifact made for the test.
func TestScripts(t *testing.T) {
	t.Parallel()
	repo, err := filepath.Abs("../..")
	require.NoError(t, err)
	artifact := releasetest.Artifact(t, release.ARM64)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)

	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Join(repo, ".tools", "bin")+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("TAKEN_PORT", port)
			env.Setenv("PULUMI_SKIP_CHECKPOINTS", "true") // nothing is killed here
			command, err := exec.LookPath("ladder")
			if err != nil {
				return err
			}
			env.Setenv("ONLY_LADDER", filepath.Dir(command)) // a PATH without a Pulumi CLI
			for from, to := range map[string]string{
				filepath.Join(repo, "Pulumi.yaml"):        "Pulumi.yaml",
				filepath.Join(repo, "Pulumi.phase1.yaml"): "Pulumi.phase1.yaml",
				filepath.Join(repo, "Pulumi.phase2.yaml"): "Pulumi.phase2.yaml",
				filepath.Join(repo, "Pulumi.phase3.yaml"): "Pulumi.phase3.yaml",
				artifact:             "dist/app-linux-arm64",
				artifact + ".sha256": "dist/app-linux-arm64.sha256",
			} {
				if err := copyFile(from, filepath.Join(env.WorkDir, to)); err != nil {
					return err
				}
			}
			return os.MkdirAll(filepath.Join(env.WorkDir, "cmd", "program"), 0o750) // Pulumi.yaml names it
		},
	})
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
