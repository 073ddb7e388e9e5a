package cli

import (
	"context"
	"os"
)

// exitInterrupted is the code that shells use for a program that an interrupt ended.
const exitInterrupted = 130

// Interrupts turns signals into a clean end. The first cancels the returned context: what runs ends, nothing
// new begins. The second closes abort: what runs is given up and recorded as unfinished. The third calls
// exit. What that means for the user is said by whoever shows progress, which owns the terminal.
func Interrupts(ctx context.Context, signals <-chan os.Signal, exit func(code int)) (
	stopping context.Context, abort <-chan struct{},
) {
	stopping, cancel := context.WithCancel(ctx)
	aborted := make(chan struct{})
	go func() {
		<-signals
		cancel()
		<-signals
		close(aborted)
		<-signals
		exit(exitInterrupted)
	}()
	return stopping, aborted
}
