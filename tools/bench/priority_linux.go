package main

import (
	"os"
	"strconv"
	"syscall"
)

// niceness of the generator: it stands for clients on other machines, which do not wait for a core of this one.
const niceness = -10

// hurry puts all threads of this process before those of the peers and of the database, which run already. It says
// whether the kernel allowed it: root may.
func hurry() bool {
	threads, err := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, bad := strconv.Atoi(thread.Name()); bad == nil && err == nil {
			err = syscall.Setpriority(syscall.PRIO_PROCESS, id, niceness)
		}
	}
	return err == nil
}
