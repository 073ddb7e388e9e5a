package invariant

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// validate reports what would make every judgement of the history worthless.
func (h History) validate() error {
	var bad []error
	written := map[string]Operation{}
	for _, o := range h.Operations {
		switch {
		case o.Returned < o.Invoked:
			bad = append(bad, fmt.Errorf("got an operation that returned before it began, want one clock: %s", o))
		case o.Kind == Read && (o.Version == 0) != (o.Value == "") && o.Outcome == OK:
			bad = append(bad, fmt.Errorf("got a read of a value without a version or the reverse, want both: %s", o))
		case o.Kind == Write && (o.Version < 1 || o.Value == ""):
			bad = append(bad, fmt.Errorf("got a write without version or value, want those that it makes: %s", o))
		}
		if o.Kind != Write {
			continue
		}
		if other, twice := written[o.Value]; twice {
			bad = append(bad, fmt.Errorf("got a value written twice, want unique ones: %s and %s", other, o))
		}
		written[o.Value] = o
	}
	return errors.Join(bad...)
}

// Recorder makes the operations of a history. Any number of clients may use it at the same time.
type Recorder struct {
	start time.Time

	mu         sync.Mutex
	operations []Operation
}

// NewRecorder returns a Recorder whose time begins now.
func NewRecorder() *Recorder { return &Recorder{start: time.Now()} }

// Now returns the time since the start.
func (r *Recorder) Now() time.Duration { return time.Since(r.start) }

// Do records what ask does, which completes the operation with its outcome. With false ask says that it was a refusal
// that is right, and no operation.
func (r *Recorder) Do(o Operation, ask func(o *Operation) bool) Operation {
	o.Invoked = r.Now()
	counts := ask(&o)
	o.Returned = r.Now()
	if counts {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.operations = append(r.operations, o)
	}
	return o
}

// Operations returns what was recorded so far.
func (r *Recorder) Operations() []Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.operations)
}

// having returns the operations that are all of these.
func having(all []Operation, conditions ...func(Operation) bool) (some []Operation) {
	for _, o := range all {
		if !slices.ContainsFunc(conditions, func(is func(Operation) bool) bool { return !is(o) }) {
			some = append(some, o)
		}
	}
	return some
}

func isRead(o Operation) bool  { return o.Kind == Read }
func isWrite(o Operation) bool { return o.Kind == Write }
func isOK(o Operation) bool    { return o.Outcome == OK }
func mayBe(o Operation) bool   { return o.Outcome != Failed }

// group is operations that have something in common.
type group struct {
	key, session string
	operations   []Operation
}

// grouped parts operations by key, and by session too if asked for, in a stable order.
func grouped(all []Operation, bySession bool) []group {
	groups := map[[2]string]group{}
	for _, o := range all {
		id := [2]string{o.Key, ""}
		if bySession {
			id[1] = o.Session
		}
		g := groups[id]
		groups[id] = group{key: id[0], session: id[1], operations: append(g.operations, o)}
	}
	return slices.SortedFunc(maps.Values(groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.session, b.session))
	})
}

// some bounds evidence: people read the first of many.
func some(all []Operation) []Operation {
	const enough = 5
	return all[:min(len(all), enough)]
}
