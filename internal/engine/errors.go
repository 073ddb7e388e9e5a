package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that a caller may want to tell apart with errors.Is. The error's text is always complete.
var (
	ErrNoCLI        = errors.New("no usable Pulumi CLI")
	ErrStackFile    = errors.New("stack file")
	ErrNoStack      = errors.New("stack does not exist")
	ErrPassphrase   = errors.New("wrong or missing passphrase")
	ErrOtherProject = errors.New("state of another project")
	ErrState        = errors.New("unreadable state")
	ErrLocked       = errors.New("stack is locked")
	ErrPending      = errors.New("unfinished operations")
	ErrProtected    = errors.New("protected resources")
	ErrPolicy       = errors.New("policy violation")
	ErrCancelled    = errors.New("cancelled")
	ErrNoLogin      = errors.New("not logged in")
)

// Problem is one error that the engine, a provider or a policy reported.
type Problem struct {
	URN     string // "" when it is not about one resource
	Message string
}

// OperationError is an operation that the engine did not finish.
type OperationError struct {
	Op       string // preview, up, refresh, destroy
	Stack    string
	Problems []Problem // in the order reported, never empty
	// Program is what the program returned, so that its typed errors can be found. It may be nil.
	Program error
	kind    error // one of the sentinels, or nil
}

// Error names the operation and every problem, each with its resource.
func (e *OperationError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		if p.URN != "" {
			lines = append(lines, fmt.Sprintf("%s (%s): %s", nameOf(p.URN), typeOf(p.URN), p.Message))
			continue
		}
		lines = append(lines, p.Message)
	}
	return fmt.Sprintf("%s %s: %s", e.Op, e.Stack, strings.Join(lines, "\n"))
}

// Unwrap gives the sentinel and the program's own error.
func (e *OperationError) Unwrap() []error {
	var all []error
	for _, err := range []error{e.kind, e.Program} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// kindError is a message of ours that errors.Is knows as kind, without repeating the kind's text.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }

func errorf(kind error, format string, args ...any) error {
	return &kindError{kind: kind, text: fmt.Sprintf(format, args...)}
}
