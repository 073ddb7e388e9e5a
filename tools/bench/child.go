package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"runtime/pprof"
	"syscall"

	"github.com/prometheus/procfs"

	"github.com/ladder-iac/ladder/app/serve"
	"github.com/ladder-iac/ladder/tools/bench/peer"
)

// Environment of a child, beside that of the app: the URL holds a password, so that it is no argument.
const (
	envDatabase = "BENCH_DATABASE_URL"
	envTokenKey = "TOKEN_KEY_FILE" //nolint:gosec // G101: a name
)

// child serves one peer until stdin ends, which is when the driver is gone, too. For each line it tells what it has
// used so far.
func child(ctx context.Context, config peer.Config, profile string, stdin io.Reader, stdout io.Writer) error {
	if profile != "" {
		file, err := os.Create(profile) //nolint:gosec // G304: a flag of ours
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer func() {
			pprof.StopCPUProfile()
			_ = file.Close() // a profile that is cut cannot be read: that tells
		}()
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
			if _, err := fmt.Fprintln(stdout, used()); err != nil {
				return
			}
		}
	}()
	if config.Name != peer.App && config.Name != peer.AppPlain {
		return peer.Serve(ctx, config)
	}
	return runApp(ctx, "serve")
}

// runApp runs the app's own main. Its log goes to stderr, which the driver sends to /dev/null.
func runApp(ctx context.Context, command string) error {
	if code := serve.Main(ctx, "bench", []string{command}, os.Getenv, io.Discard, os.Stderr); code != 0 {
		return fmt.Errorf("app %s: exit code %d", command, code)
	}
	return nil
}

// usage is what a process has used since it started.
type usage struct {
	cpu    int64 // ns, in the process and in the kernel for it
	allocs uint64
	memory uint64 // bytes, the most at any time; 0 where there is no /proc
}

func (u usage) String() string { return fmt.Sprintf("%d %d %d", u.cpu, u.allocs, u.memory) }

func used() usage {
	var self syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &self) // cannot fail with these arguments
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/tiny/allocs:objects"}}
	metrics.Read(samples)
	return usage{
		cpu:    self.Utime.Nano() + self.Stime.Nano(),
		allocs: samples[0].Value.Uint64() + samples[1].Value.Uint64(),
		memory: mostMemory(),
	}
}

// mostMemory is not rusage's, in which a process begins with what its parent had.
func mostMemory() uint64 {
	self, err := procfs.Self()
	if err != nil {
		return 0
	}
	status, err := self.NewStatus()
	if err != nil {
		return 0
	}
	return status.VmHWM
}
