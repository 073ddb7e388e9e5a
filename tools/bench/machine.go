package main

import (
	"cmp"
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// machine is where it ran.
type machine struct {
	cpu, kernel, database, modules string
	cores                          int
	date                           time.Time
	loadBefore, loadAfter          string
	before, after                  times
	hurried                        bool // the generator goes first
}

func look(ctx context.Context, db *database) (machine, error) {
	about, err := db.about(ctx)
	return machine{
		cpu: cmp.Or(field("/proc/cpuinfo", "model name"), "unknown CPU"), cores: runtime.NumCPU(),
		kernel: cmp.Or(content("/proc/sys/kernel/osrelease"), runtime.GOOS), database: about, modules: modules(),
		date: time.Now(), loadBefore: loadAverage(), before: readTimes(),
	}, err
}

func (m *machine) lookAgain() { m.loadAfter, m.after = loadAverage(), readTimes() }

// modules names the versions of what is compared.
func modules() string {
	shown := map[string]string{
		"github.com/gofiber/fiber/v3": "Fiber", "gorm.io/gorm": "gorm", "gorm.io/plugin/dbresolver": "dbresolver",
		"github.com/jackc/pgx/v5": "pgx",
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return runtime.Version()
	}
	found := []string{runtime.Version()}
	for _, module := range info.Deps {
		if name := shown[module.Path]; name != "" {
			found = append(found, name+" "+module.Version)
		}
	}
	return strings.Join(found, ", ")
}

// times is the first line of /proc/stat, in ticks; all 0 where there is none.
type times struct{ total, steal int64 }

func readTimes() (t times) {
	line, _, _ := strings.Cut(content("/proc/stat"), "\n")
	for i, text := range strings.Fields(line) {
		ticks, err := strconv.ParseInt(text, 10, 64)
		if err != nil || i > 8 { // the name; guest times are counted in others
			continue
		}
		t.total += ticks
		if i == 8 {
			t.steal = ticks
		}
	}
	return t
}

// stealSince is the share of time that the hypervisor gave to others.
func (t times) stealSince(before times) float64 {
	if t.total <= before.total {
		return 0
	}
	return float64(t.steal-before.steal) / float64(t.total-before.total)
}

func loadAverage() string {
	fields := strings.Fields(content("/proc/loadavg"))
	if len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}

// field returns the value of the first line of a file that starts with a name.
func field(path, name string) string {
	for line := range strings.Lines(content(path)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// content is empty for a file that cannot be read: other systems have no /proc.
func content(path string) string {
	bytes, err := os.ReadFile(path) //nolint:gosec // G304: one of /proc
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(bytes))
}
