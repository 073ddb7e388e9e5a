package load

import (
	"syscall"
	"time"
)

// sleep returns about 50 µs late, and early when a signal comes: the caller may send a little early then.
func sleep(wait time.Duration) {
	spec := syscall.NsecToTimespec(wait.Nanoseconds())
	_ = syscall.Nanosleep(&spec, nil)
}
