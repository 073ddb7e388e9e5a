//go:build unix && !linux

package pgtest

import "syscall"

// processAttributes run a process as another user, if any. Only Linux can tie its life to ours.
func processAttributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as}
}

// children are known on Linux only. Elsewhere they end by themselves when they notice that their parent is gone.
func children(int) []int { return nil }
