package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/policies/pack"
)

// The real command on the phases as they are shipped, and with a naive choice: the policy pack in the real engine finds
// what `ladder check` finds.
func TestCheckAgreesWithThePackInTheEngine(t *testing.T) {
	t.Parallel()
	found, err := project.Find("../..")
	require.NoError(t, err)
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "policies"), "./policies")
	build.Dir = found.Root
	text, err := build.CombinedOutput()
	require.NoError(t, err, string(text))
	dir := shipped(t, found.Root)
	for _, c := range []struct {
		stack  string
		config []string
		rule   string // that must fire
	}{
		{"phase1", nil, ""},
		{"phase2", nil, "slo-paper"},
		{"phase3", nil, ""},
		{"phase1", []string{"--config", "instanceType=t4g.medium"}, "band-total"},
		{"phase2", []string{"--config", "databaseClass=db.m7g.large"}, "band-total"},
		{"phase3", []string{"--config", `traffic={"loadFactor": 0.5}`}, "band-total"},
		{"phase2", []string{"--config", `rules={"nat-shar": {"level": "off"}}`}, "objective"},
	} {
		args := append([]string{c.stack}, c.config...)
		code, stdout, _ := ladderIn(t, dir, append([]string{"check", "--json"}, args...))
		var offline struct{ Violations []pack.Violation }
		require.NoError(t, json.Unmarshal([]byte(stdout), &offline))
		engineCode, _, stderr := ladderIn(t, dir, append([]string{
			"preview", "--simulate", "--policy-pack", filepath.Join(bin, "policies"),
		}, args...))
		require.Equal(t, code, engineCode, "%v: %s", args, stderr)
		said, ruled := 0, c.rule == ""
		for _, r := range pack.All {
			said += strings.Count(stderr, ": "+r.Why+"\n")
		}
		stderr = parts.ReplaceAllString(stderr, "")
		for _, v := range offline.Violations {
			require.Contains(t, stderr, parts.ReplaceAllString(v.Message, ""), "%v", args)
			ruled = ruled || v.Rule == c.rule
		}
		require.Equal(t, len(offline.Violations), said, "%v: %s", args, stderr)
		require.True(t, ruled, "%v: %s does not fire", args, c.rule)
	}
}

// parts of a bill are divided otherwise in a preview, where the names of RDS's log groups are not known: the sum is
// the same.
var parts = regexp.MustCompile(`dearest are [^;]*;`)

// shipped copies what describes the stacks, and has the app's place filled.
func shipped(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(root, "Pulumi*.yaml"))
	require.NoError(t, err)
	for _, name := range []string{"dist/app-linux-arm64", "dist/app-linux-arm64.sha256"} {
		files = append(files, filepath.Join(root, name))
	}
	for _, folder := range []string{"dist", "cmd/program"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, folder), 0o750))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err, "`make app` makes the app")
		name, err := filepath.Rel(root, file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return dir
}

func ladderIn(t *testing.T, dir string, args []string) (code int, stdout, stderr string) {
	t.Helper()
	tools, err := filepath.Abs("../../.tools/bin")
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), "ladder", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err = command.Run()
	if command.ProcessState == nil {
		require.NoError(t, err)
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}
