package serve

import (
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent lets what is new grow to four times what lasts before it is swept. Of a request nothing lasts, and
	// what the cache keeps is bounded, so that memory which nobody else uses saves a good part of the collector's work.
	gcPercent = 400
	// ballastBytes count as what lasts, so that the heap is not swept before it has 120 MiB, these among them. A sweep
	// takes some 20 ms of busy cores. At 2,000 requests a second a heap of 35 MiB is full each second or two, so that
	// about one request of a hundred meets a sweep.
	ballastBytes = 24 << 20
	// memoryShare of what the process may use is the collector's; the rest is for stacks and the kernel's buffers.
	memoryShare = 0.9
)

// ballast is never touched, so that the system gives no memory for it.
var ballast = sync.OnceValue(func() []byte { return make([]byte, ballastBytes) })

// useMemory trades memory for processor time, up to the bound of the process's control group, which systemd and
// Kubernetes set. Near the bound the collector works as often as it has to. GOGC and GOMEMLIMIT overrule it.
// [A Guide to the Go Garbage Collector].
func useMemory(getenv func(string) string, log *slog.Logger) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		_ = ballast() // kept by the function
	}
	// Also where there is no bound, or none that can be read, there is one by what lasts.
	if _, err := memlimit.Set(memlimit.WithRatio(memoryShare)); err != nil {
		log.Debug("memory without a limit", slog.Any("error", err))
	}
}
