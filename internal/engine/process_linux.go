package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// processAttributes gives the CLI a process group of its own, so that a Ctrl-C in the terminal reaches only
// us. A tied CLI is killed when we die: simulated providers live in our process, and an engine that lost
// them would record an interrupted create as one that never happened.
func processAttributes(tied bool) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if tied {
		attributes.Pdeathsig = syscall.SIGKILL
	}
	return attributes
}

// alive tells whether a process runs; one of another user counts too. A killed process whose parent never
// asked for its end, as in a container without an init, is dead.
func alive(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // pid (name) state ...
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	return !bytes.Contains(stat, []byte(") Z ")) && !bytes.Contains(stat, []byte(") X "))
}
