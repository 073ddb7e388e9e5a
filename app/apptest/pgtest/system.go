package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// binaries returns the directory of the newest server found by pattern, else on PATH.
func binaries(pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(pattern, "initdb"))
	if err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	best, newest := "", -1.0
	for _, path := range found {
		version, err := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(path))), 64)
		if err == nil && version > newest {
			best, newest = filepath.Dir(path), version
		}
	}
	if best != "" {
		return best, nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("pgtest: no PostgreSQL server in %s or on PATH; these tests need one: "+
			"apt-get update && apt-get install -y --no-install-recommends postgresql", pattern)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return filepath.Dir(path), nil
}

// unprivileged returns the user to run the server as: PostgreSQL refuses to run as root.
// It is nil when the tests themselves run as somebody else.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	var missing []string
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			missing = append(missing, err.Error())
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("pgtest: user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("pgtest: PostgreSQL does not run as root: %s", strings.Join(missing, "; "))
}
