package pgtest

import "syscall"

// processAttributes run a process as another user, if any, and end it with the test binary.
func processAttributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGQUIT}
}
