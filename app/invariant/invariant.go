// Package invariant judges what the clients of a service saw, whatever failed under it meanwhile.
//
// A History holds the operations of all clients, a scan of the table afterwards, and the log of the effects that
// events had. Check compares it with the promises I1 to I10, and with a register for each key (L), and returns what
// breaks them, each with the operations that contradict each other. The smallest use is the example below.
//
// What a history must be like: values of writes are unique; a write makes the version after the one that it read, so
// that two writes never make the same; keys are not deleted; what a test prepares is in it as well. A request and its
// retries under one idempotency key are one operation. A refusal that is right, such as a conflict, is none.
package invariant

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ID names a promise.
type ID string

// The promises.
const (
	Durable          ID = "I1"
	ReadYourWrites   ID = "I2"
	MonotonicReads   ID = "I3"
	BoundedStaleness ID = "I4"
	ExactlyOnce      ID = "I5"
	KeyOrder         ID = "I6"
	Available        ID = "I7"
	Recovers         ID = "I8"
	BoundedResources ID = "I9"
	HonestErrors     ID = "I10"
	Linearizable     ID = "L"
)

// Promise is what an ID stands for.
type Promise struct {
	ID   ID
	Text string
}

// Promises returns all of them, in order.
func Promises() []Promise {
	return []Promise{
		{Durable, "no acknowledged write is lost"},
		{ReadYourWrites, "a session reads its own writes"},
		{MonotonicReads, "a session never reads an older version than before"},
		{BoundedStaleness, "nobody reads a value much older than the newest acknowledged one"},
		{ExactlyOnce, "each committed event has its effect exactly once"},
		{KeyOrder, "effects of one key happen in the order of its versions"},
		{Available, "no more operations fail than the fault may cost"},
		{Recovers, "some time after the fault is over nothing fails any more, without help"},
		{BoundedResources, "goroutines, files and connections return to where they were"},
		{HonestErrors, "what fails says so and when to come back; what succeeds is true"},
		{Linearizable, "each key is one register for all who ask the writer"},
	}
}

// Kind says what an operation does.
type Kind int

// The kinds.
const (
	Read Kind = iota
	Write
)

// Outcome is what the client knows of what its operation did.
type Outcome int

// The outcomes.
const (
	OK      Outcome = iota
	Failed          // certainly not done
	Unknown         // done or not, now or later
)

// Operation is one thing that a client asked for. Times are since the start of the history.
type Operation struct {
	Session  string
	Key      string
	Kind     Kind
	Value    string // written or read; empty when a read finds nothing
	Version  int64  // made or read, 1 is the first; of a write that is not OK: what it would have made
	Invoked  time.Duration
	Returned time.Duration
	Outcome  Outcome

	Source     string        // where it was answered from, in the service's own terms
	Staleness  time.Duration // how much older than Bounds.Staleness the answer may be, by its own word
	Status     int           // of HTTP; 0: no answer came
	RetryAfter bool          // the answer said when to come back
	Repeatable bool          // a write that carried an idempotency key
}

// Row is what the table holds of a key in the end.
type Row struct {
	Value   string
	Version int64
}

// Effect is what a consumer did for the event of one write. Effects are in the order in which they happened.
type Effect struct {
	Key     string
	Value   string
	Version int64
}

// Fault is a time in which something was broken.
type Fault struct {
	Name           string
	Began, Cleared time.Duration
}

// Resource is something that requests use, before the first and after the last of them.
type Resource struct {
	Name          string
	Before, After int
	Slack         int // by which it may have grown
}

// History is all that is known of a run.
type History struct {
	Operations []Operation
	Final      map[string]Row // nil: the table was not looked at
	Effects    []Effect       // nil: nobody consumed
	Faults     []Fault        // in order
	Resources  []Resource
}

// Bounds are what a run may cost. The zero value tolerates nothing.
type Bounds struct {
	Lost      int                  // acknowledged writes: 0 with synchronous replicas, else what the lag was at the fault
	Staleness time.Duration        // of any read
	Failing   float64              // share of the operations that may fail; 0..1
	Recovery  time.Duration        // from the end of a fault to the last failure
	Strong    func(Operation) bool // which reads are of the newest value; default all
}

// Violation is a broken promise.
type Violation struct {
	Invariant ID
	Key       string      // may be empty
	Session   string      // may be empty
	What      string      // for people
	Evidence  []Operation // that contradict each other; of many the first
}

// String returns the violation and its evidence, a line each.
func (v Violation) String() string {
	lines := []string{fmt.Sprintf("%s: %s", v.Invariant, v.What)}
	for _, o := range v.Evidence {
		lines = append(lines, "  "+o.String())
	}
	return strings.Join(lines, "\n")
}

// String returns the operation on one line.
func (o Operation) String() string {
	kind := map[Kind]string{Read: "read", Write: "write"}[o.Kind]
	outcome := map[Outcome]string{OK: "ok", Failed: "failed", Unknown: "outcome unknown"}[o.Outcome]
	text := fmt.Sprintf("[%s, %s] %s: %s %s version %d %q: %s", o.Invoked.Round(time.Microsecond),
		o.Returned.Round(time.Microsecond), o.Session, kind, o.Key, o.Version, o.Value, outcome)
	if o.Status != 0 {
		text += fmt.Sprintf(" (%d)", o.Status)
	}
	if o.Source != "" {
		text += " from " + o.Source
	}
	return text
}

// Check returns what breaks a promise, in the order of the promises. An error says that the history itself is wrong,
// so that nothing can be said of the service.
func Check(h History, b Bounds) ([]Violation, error) {
	if err := h.validate(); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return slices.Concat(
		durable(h, b), readYourWrites(h), monotonicReads(h), boundedStaleness(h, b), exactlyOnce(h), keyOrder(h),
		available(h, b), recovers(h, b), boundedResources(h), honestErrors(h), linearizable(h, b),
	), nil
}

// Broken returns the promises that violations are of, in order and each once.
func Broken(violations []Violation) (broken []ID) {
	for _, p := range Promises() {
		if slices.ContainsFunc(violations, func(v Violation) bool { return v.Invariant == p.ID }) {
			broken = append(broken, p.ID)
		}
	}
	return broken
}
