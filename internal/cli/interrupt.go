package cli

import (
	"context"
	"os"
	"syscall"
)

// exitInterrupted is the code that shells use for a program that an interrupt ended.
const exitInterrupted = 130

// Interrupts turns signals into a clean end. The first cancels the returned context: what runs ends, nothing
// new begins. The second closes abort: what runs is given up and recorded as unfinished. The third calls
// exit. A terminal that is gone is never more than the first. What that means for the user is said by whoever
// shows progress, which owns the terminal.
func Interrupts(ctx context.Context, signals <-chan os.Signal, exit func(code int)) (
	stopping context.Context, abort <-chan struct{},
) {
	stopping, cancel := context.WithCancel(ctx)
	aborted := make(chan struct{})
	again := func() {
		for <-signals == syscall.SIGHUP {
			continue // the kernel says it after the shell
		}
	}
	go func() {
		<-signals
		cancel()
		again()
		close(aborted)
		again()
		exit(exitInterrupted)
	}()
	return stopping, aborted
}
