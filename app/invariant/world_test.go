package invariant_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/app/invariant"
)

const step = time.Millisecond // between two operations that take effect

// world is a service that keeps all promises: each operation takes effect at one moment between call and answer.
type world struct {
	history invariant.History
	now     time.Duration
	busy    map[string]time.Duration // sessions, until their last answer
	rows    map[string][]invariant.Row
	values  int
}

func newWorld() *world {
	return &world{
		history: invariant.History{Final: map[string]invariant.Row{}, Effects: []invariant.Effect{}},
		busy:    map[string]time.Duration{}, rows: map[string][]invariant.Row{},
	}
}

// current is what the table holds of a key.
func (w *world) current(key string) invariant.Row {
	if rows := w.rows[key]; len(rows) > 0 {
		return rows[len(rows)-1]
	}
	return invariant.Row{}
}

// operation is one that takes effect now; early and late are how long before its call was and after its answer.
func (w *world) operation(session, key string, early, late time.Duration) invariant.Operation {
	w.now += step
	o := invariant.Operation{
		Session: session, Key: key, Status: 200,
		Invoked: max(w.now-early, w.busy[session]+1), Returned: w.now + late,
	}
	w.busy[session] = o.Returned
	return o
}

func (w *world) add(o invariant.Operation) invariant.Operation {
	w.history.Operations = append(w.history.Operations, o)
	return o
}

func (w *world) read(o invariant.Operation) {
	row := w.current(o.Key)
	o.Value, o.Version = row.Value, row.Version
	w.add(o)
}

// write is done or not, as the outcome says; one that is unknown as done says.
func (w *world) write(o invariant.Operation, outcome invariant.Outcome, done bool) invariant.Operation {
	w.values++
	o.Kind, o.Outcome, o.Value = invariant.Write, outcome, fmt.Sprintf("value-%d", w.values)
	o.Version = w.current(o.Key).Version + 1
	if outcome != invariant.OK {
		o.Status, o.RetryAfter, o.Repeatable = 503, true, true
	}
	if outcome == invariant.OK || outcome == invariant.Unknown && done {
		row := invariant.Row{Value: o.Value, Version: o.Version}
		w.rows[o.Key] = append(w.rows[o.Key], row)
		w.history.Final[o.Key] = row
		w.history.Effects = append(w.history.Effects,
			invariant.Effect{Key: o.Key, Value: o.Value, Version: o.Version})
	}
	return w.add(o)
}

// later returns an operation of a session after everything else.
func (w *world) later(session, key string) invariant.Operation {
	for _, until := range w.busy {
		w.now = max(w.now, until)
	}
	return w.operation(session, key, 0, 0)
}

func drawWorld(t *rapid.T) *world {
	w := newWorld()
	outcomes := []invariant.Outcome{invariant.OK, invariant.OK, invariant.OK, invariant.Failed, invariant.Unknown}
	for range rapid.IntRange(1, 60).Draw(t, "operations") {
		session := rapid.SampledFrom([]string{"ann", "bob", "eve"}).Draw(t, "session")
		if w.busy[session] > w.now {
			w.now += step // others may go on meanwhile
			continue
		}
		few := rapid.IntRange(0, 4)
		o := w.operation(session, rapid.SampledFrom([]string{"x", "y"}).Draw(t, "key"),
			time.Duration(few.Draw(t, "early"))*step, time.Duration(few.Draw(t, "late"))*step)
		if rapid.Bool().Draw(t, "read") {
			w.read(o)
			continue
		}
		w.write(o, rapid.SampledFrom(outcomes).Draw(t, "outcome"), rapid.Bool().Draw(t, "done"))
	}
	w.write(w.later("ann", "x"), invariant.OK, true) // so that there is something to break
	w.write(w.later("ann", "x"), invariant.OK, true)
	return w
}

// tolerant lets the failures pass that a world has.
func (w *world) tolerant() invariant.Bounds {
	bad := 0
	for _, o := range w.history.Operations {
		if o.Outcome != invariant.OK {
			bad++
		}
	}
	return invariant.Bounds{Failing: float64(bad) / float64(len(w.history.Operations))}
}
