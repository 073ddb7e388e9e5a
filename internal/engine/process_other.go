//go:build unix && !linux

package engine

import (
	"errors"
	"syscall"
)

// processAttributes gives the CLI a process group of its own, so that a Ctrl-C in the terminal reaches only
// us. Only Linux can tie the CLI's life to ours.
func processAttributes(bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// alive tells whether a process runs; one of another user counts too.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
