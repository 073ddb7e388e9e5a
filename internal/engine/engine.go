// Package engine runs a Pulumi program with the real Pulumi engine through the Automation API. It is the
// only package that imports the Automation API; everything else sees the Stack interface, whose fake for
// tests is in enginetest.
//
// The program runs inside our process; the engine is the Pulumi CLI, started once for each operation. What
// an operation did is read from the engine's events, never from its printed text.
package engine

import "context"

// Stack is one Pulumi stack. Every method streams progress to the Options.Events it was opened with and
// stops cleanly when ctx is cancelled: running operations end or are recorded as pending, and the lock is
// released. The methods must not be called at the same time.
type Stack interface {
	// Preview says what Up would do and changes nothing.
	Preview(ctx context.Context) (*Result, error)
	// Up makes the stack what the program says. After an error the Result, if any, holds what was done.
	Up(ctx context.Context) (*Result, error)
	// Refresh reads what exists into the state and changes no resource.
	Refresh(ctx context.Context) (*Result, error)
	// Destroy deletes every resource. Protected resources make it fail with ErrProtected before anything
	// is deleted, unless includeData lifts their protection for this run.
	Destroy(ctx context.Context, includeData bool) (*Result, error)
	// Outputs returns the stack's outputs; secrets are masked as "[secret]".
	Outputs(ctx context.Context) (map[string]any, error)
	// State returns what the stack's state holds now; it is empty when the stack does not exist yet.
	State(ctx context.Context) (*State, error)
}

// Result is the outcome of one operation; its JSON form is a stable contract (docs/cli.md).
//
// It counts what the program or its components register, explicit providers included. Two resources of the
// engine's own bookkeeping are left out, so that an empty program counts 0: the stack resource itself and
// the default providers, which nobody declared. The recorded graph of a phase has neither of them either.
type Result struct {
	Stack     string         `json:"stack"`
	Changes   int            `json:"changes"` // resources created, updated, replaced or deleted
	Steps     Steps          `json:"steps"`
	Resources []ResourceStep `json:"resources"` // sorted by URN
	Outputs   map[string]any `json:"outputs"`   // secrets are "[secret]", values known only later "[unknown]"
}

// Steps counts resources by what happened to them. A replacement counts once. A resource that is only read
// counts as same.
type Steps struct {
	Same    int `json:"same"`
	Create  int `json:"create"`
	Update  int `json:"update"`
	Replace int `json:"replace"`
	Delete  int `json:"delete"`
}

// The operations of a ResourceStep. An adopted (imported) resource is a Create: it is new to the stack.
const (
	OpSame    = "same"
	OpCreate  = "create"
	OpUpdate  = "update"
	OpReplace = "replace"
	OpDelete  = "delete"
)

// ResourceStep is what happened, or would happen, to one resource.
type ResourceStep struct {
	URN     string   `json:"urn"`
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Op      string   `json:"op"`                // same, create, update, replace, delete
	Changed []string `json:"changed,omitempty"` // changed inputs, sorted paths
}

// Event is one line of progress.
type Event struct {
	URN     string
	Type    string
	Name    string
	Op      string // as in ResourceStep; "" for a message
	Stage   Stage
	Message string // a diagnostic of the engine or provider, one or more lines
	Error   bool   // Message is an error
	Preview bool   // the step is only planned; planned steps have the stage Done
}

// Stage is where a step stands.
type Stage int

// The stages of a step.
const (
	Started Stage = iota
	Done
	Failed
	Note // a message, not a step
)

// State is the part of a stack's state that commands need.
type State struct {
	Resources []StateResource
	// Pending are operations that a killed update left unfinished. Refresh, Up and Destroy settle them first.
	Pending []Pending
}

// StateResource is one resource of the state.
type StateResource struct {
	URN, Type, Name, ID string
	Protect             bool
	Retain              bool // stays in the cloud when it leaves the stack
}

// Pending is an operation whose outcome the state does not know.
type Pending struct {
	URN, Type, Name string
	Op              string // creating, updating, deleting, reading, importing
}
