package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/blang/semver"
)

// MinimumCLI is the oldest Pulumi CLI that works: policy packs that are a plain binary need 3.258, lifting
// protection for one operation (destroy --ignore-protect) needs 3.256.
const MinimumCLI = "3.258.0"

// CLI is a Pulumi CLI that is new enough.
type CLI struct {
	Path    string // absolute
	Version semver.Version
}

// FindCLI returns the first CLI that is new enough: those on the PATH of env, in order, then
// root/.tools/bin/pulumi. The error, an ErrNoCLI, lists what was found.
func FindCLI(ctx context.Context, root string, env []string) (*CLI, error) {
	minimum := semver.MustParse(MinimumCLI)
	var found []string
	for _, path := range candidates(root, env) {
		version, err := versionOf(ctx, path, env)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			found = append(found, fmt.Sprintf("%s does not run: %v", path, err))
		case version.LT(minimum):
			found = append(found, fmt.Sprintf("%s is %s, too old", path, version))
		default:
			return &CLI{Path: path, Version: version}, nil
		}
	}
	if len(found) == 0 {
		found = []string{"none on PATH, none in " + filepath.Join(root, ".tools", "bin")}
	}
	return nil, errorf(ErrNoCLI, "no usable Pulumi CLI: %s; wanted %s or newer: run `make tools` in %s, "+
		"or install it from https://www.pulumi.com/docs/install/", strings.Join(found, "; "), MinimumCLI, root)
}

// candidates returns the executables that may be a CLI.
func candidates(root string, env []string) []string {
	path, _ := lookupEnv(env, "PATH")
	dirs := append(filepath.SplitList(path), filepath.Join(root, ".tools", "bin"))
	var all []string
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			continue // like os/exec: never run what happens to lie in the current folder
		}
		file := filepath.Join(dir, "pulumi")
		if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			all = append(all, file)
		}
	}
	return all
}

func versionOf(ctx context.Context, path string, env []string) (semver.Version, error) {
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(append([]string{}, env...), "PULUMI_SKIP_UPDATE_CHECK=true")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
			err = fmt.Errorf("%w: %s", err, firstLine(string(exit.Stderr)))
		}
		return semver.Version{}, err
	}
	version, err := semver.ParseTolerant(strings.TrimSpace(string(out)))
	if err != nil {
		return semver.Version{}, fmt.Errorf("version: got %q, want a number like v3.259.0", firstLine(string(out)))
	}
	version.Pre, version.Build = nil, nil // a development build of 3.260 has what 3.260 has
	return version, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// lookupEnv returns the last value of key, as a started process would see it.
func lookupEnv(env []string, key string) (string, bool) {
	for _, entry := range slices.Backward(env) {
		if name, value, ok := strings.Cut(entry, "="); ok && name == key {
			return value, true
		}
	}
	return "", false
}
