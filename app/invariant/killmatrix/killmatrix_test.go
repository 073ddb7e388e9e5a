// Package killmatrix_test runs the app, and mutants of it, under faults, and publishes which promises each breaks.
package killmatrix_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/internal/golden"
)

const (
	patience = time.Minute     // for what comes within a second on a quiet machine
	enough   = 5 * time.Second // after which a mutant is believed not to come back
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m), apptest.ServerGoroutines()...) }

// mutant is the app with one protection taken away.
type mutant struct {
	name  string
	kills []invariant.ID // promises that it has to break, all others it keeps
}

// scenario is a fault under load. It runs the app when mutant is empty, and returns what its clients saw.
type scenario struct {
	name    string
	run     func(t *testing.T, mutant string) (invariant.History, invariant.Bounds)
	mutants []mutant
}

var scenarios = []scenario{
	{"the writer comes back as a standby", demotedWriter, []mutant{
		{naivePool, []invariant.ID{invariant.Available, invariant.Recovers}},
	}},
	{"a replica stands still", laggingReplica, []mutant{
		{anyReplica, []invariant.ID{invariant.ReadYourWrites, invariant.MonotonicReads}},
	}},
	{"the writer moves", movingWriter, []mutant{
		{noFreeze, []invariant.ID{
			invariant.Durable, invariant.ReadYourWrites, invariant.BoundedStaleness, invariant.Linearizable,
		}},
	}},
	{"a table is locked", lockedTable, []mutant{
		{nothingForFailure, []invariant.ID{
			invariant.ReadYourWrites, invariant.MonotonicReads, invariant.BoundedStaleness, invariant.Linearizable,
		}},
		{plainErrors, []invariant.ID{invariant.HonestErrors}},
		{leakyLimit, []invariant.ID{invariant.BoundedResources}},
	}},
	{"a write is slow to tell the cache", slowWriter, []mutant{
		{setAfterWrite, []invariant.ID{
			invariant.ReadYourWrites, invariant.MonotonicReads, invariant.BoundedStaleness, invariant.Linearizable,
		}},
	}},
	{"all was read at the same time", readTogether, []mutant{
		{noJitter, []invariant.ID{invariant.Available}},
	}},
	{"events commit late, fail once and come twice", troubledEvents, []mutant{
		{naivePoller, []invariant.ID{invariant.ExactlyOnce}},
		{noInbox, []invariant.ID{invariant.ExactlyOnce}},
		{noHold, []invariant.ID{invariant.KeyOrder}},
	}},
	{"the process is stopped", stoppedProcess, []mutant{
		{noDrain, []invariant.ID{invariant.Available}},
	}},
}

// Each scenario is harmless to the app and fatal to each of its mutants. They run one after the other, because what
// they use is counted.
func TestKillMatrix(t *testing.T) {
	var rows []string
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			require.Empty(t, s.broken(t, ""), "the app keeps all promises")
			for _, m := range s.mutants {
				require.Equal(t, m.kills, s.broken(t, m.name), "what the mutant %q breaks", m.name)
			}
		})
		rows = append(rows, row("**the app**", s.name, nil))
		for _, m := range s.mutants {
			rows = append(rows, row(m.name, s.name, m.kills))
		}
	}
	golden.Equal(t, "../../../../docs/kill-matrix.md", document(rows))
}

// broken runs the scenario in a test of its own, so that all it opened is closed when it returns.
func (s scenario) broken(t *testing.T, mutant string) (broken []invariant.ID) {
	t.Helper()
	name := mutant
	if name == "" {
		name = "the app"
	}
	skipped := false
	t.Run(name, func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		history, bounds := s.run(t, mutant)
		found, err := invariant.Check(history, bounds)
		require.NoError(t, err)
		broken = invariant.Broken(found)
		for _, id := range broken {
			t.Log(found[slices.IndexFunc(found, func(v invariant.Violation) bool { return v.Invariant == id })])
		}
		t.Logf("%d operations, %d effects, %d violations", len(history.Operations), len(history.Effects), len(found))
	})
	if skipped {
		t.SkipNow() // what the scenario needs is missing
	}
	return broken
}

// resources returns what tells how much more the process uses than now, once that is little or stays.
func resources(t *testing.T) (after func() []invariant.Resource) {
	t.Helper()
	const slack = 5 // what the runtime starts once, and connections of the test itself that are about to end
	count := func() (goroutines, files int) {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return runtime.NumGoroutine(), 0 // not Linux
		}
		return runtime.NumGoroutine(), len(open)
	}
	goroutines, files := count()
	return func() []invariant.Resource {
		t.Helper()
		var nowGoroutines, nowFiles int
		for until := time.Now().Add(enough); ; time.Sleep(10 * time.Millisecond) {
			nowGoroutines, nowFiles = count()
			if nowGoroutines <= goroutines+slack && nowFiles <= files+slack || time.Now().After(until) {
				break
			}
		}
		return []invariant.Resource{
			{Name: "goroutines", Before: goroutines, After: nowGoroutines, Slack: slack},
			{Name: "open files", Before: files, After: nowFiles, Slack: slack},
		}
	}
}

func connect(t *testing.T, db pgtest.DB) *pgx.Conn {
	t.Helper()
	conn, err := eventstest.Connect(t.Context(), db, nil)
	require.NoError(t, err)
	return conn
}

// finalItems is the scan that decides what became of writes. Keys are in the bodies.
func finalItems(t *testing.T, db pgtest.DB) map[string]invariant.Row {
	t.Helper()
	return scan(t, db, `SELECT body, title, version FROM items`)
}

func scan(t *testing.T, db pgtest.DB, query string) map[string]invariant.Row {
	t.Helper()
	conn := connect(t, db)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), query)
	require.NoError(t, err)
	table := map[string]invariant.Row{}
	var key string
	var row invariant.Row
	_, err = pgx.ForEachRow(rows, []any{&key, &row.Value, &row.Version}, func() error {
		table[key] = row
		return nil
	})
	require.NoError(t, err)
	return table
}

func row(name, scenario string, kills []invariant.ID) string {
	cells := []string{name, scenario}
	for _, p := range invariant.Promises() {
		cell := ""
		if slices.Contains(kills, p.ID) {
			cell = "x"
		}
		cells = append(cells, cell)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

func document(rows []string) string {
	var text, head, line strings.Builder
	text.WriteString(`# The kill matrix

What a fault test finds is worth as much as what it would find. Each row is the app, or the app with one protection taken
away, under the same fault with real parts: PostgreSQL with replicas, Redis, the app's own handlers. An x is a promise that
` + "`app/invariant`" + ` saw broken. The app has none, and each mutant exactly these: ` + "`go test ./app/invariant/killmatrix`" + `
runs them all, and writes this page with ` + "`-update`" + `.

Where nothing is looked at nothing is seen: effects (I5, I6) under the trouble with events only, recovery (I8) where the
fault ends, table and resources (I1, I9) not where time is virtual, which is where all was read at the same time.

`)
	for _, p := range invariant.Promises() {
		fmt.Fprintf(&text, "- **%s** %s\n", p.ID, p.Text)
		fmt.Fprintf(&head, " | %s", p.ID)
		line.WriteString(" | :-:")
	}
	fmt.Fprintf(&text, "\n| Runs | Fault%s |\n| --- | ---%s |\n%s", head.String(), line.String(), strings.Join(rows, ""))
	return text.String()
}
