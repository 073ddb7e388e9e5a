package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// niceness of the generator: it stands for clients on other machines, which do not wait for a core of this one.
const niceness = -10

// hurry puts all threads of this process before those of the peers and of the database, which run already, and reports
// whether the kernel allowed it: root may. At a fixed rate niceness is not enough: the kernel lets whoever runs finish
// his turn, a few milliseconds, and a request that is sent as late says nothing of the peer. As fast as answers come
// nothing is sent at a time, and a peer may as well go on with other answers.
func hurry(atFixedRate bool) bool {
	how := unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: niceness}
	if atFixedRate {
		how = unix.SchedAttr{Policy: unix.SCHED_RR, Priority: 1}
	}
	threads, err := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, bad := strconv.Atoi(thread.Name()); bad == nil && err == nil {
			err = unix.SchedSetAttr(id, &how, 0)
		}
	}
	return err == nil
}
