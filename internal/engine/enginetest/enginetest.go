// Package enginetest has an in-memory engine.Stack for tests of what uses one.
package enginetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/ladder-iac/ladder/internal/engine"
)

// Fake is an engine.Stack that answers from what a test puts into it and records how it was called. The
// zero value answers everything with an empty result.
type Fake struct {
	// Events receives what Emit holds before each operation answers, as Options.Events would.
	Events func(engine.Event)
	Emit   []engine.Event

	// Results and Errors answer by operation: preview, up, refresh, destroy; outputs and state have only
	// errors. An operation without a result answers with an empty one.
	Results map[string]*engine.Result
	Errors  map[string]error
	// Hang makes the operation of that name wait until its context is cancelled, and fail with
	// engine.ErrCancelled.
	Hang string

	Out   map[string]any
	Holds *engine.State

	mu    sync.Mutex
	calls []string
}

var _ engine.Stack = (*Fake)(nil)

// Calls returns the operations called so far, in order; destroy with data is "destroy --include-data".
func (f *Fake) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

// Preview implements engine.Stack.
func (f *Fake) Preview(ctx context.Context) (*engine.Result, error) {
	return f.operation(ctx, "preview", "preview")
}

// Up implements engine.Stack.
func (f *Fake) Up(ctx context.Context) (*engine.Result, error) { return f.operation(ctx, "up", "up") }

// Refresh implements engine.Stack.
func (f *Fake) Refresh(ctx context.Context) (*engine.Result, error) {
	return f.operation(ctx, "refresh", "refresh")
}

// Destroy implements engine.Stack. Like the real one it refuses protected resources of Holds.
func (f *Fake) Destroy(ctx context.Context, includeData bool) (*engine.Result, error) {
	call := "destroy"
	if includeData {
		call += " --include-data"
	}
	if !includeData && f.Holds != nil {
		for _, r := range f.Holds.Resources {
			if r.Protect {
				f.record(call)
				return nil, fmt.Errorf("%w: %s", engine.ErrProtected, r.Name)
			}
		}
	}
	return f.operation(ctx, "destroy", call)
}

// Outputs implements engine.Stack.
func (f *Fake) Outputs(context.Context) (map[string]any, error) {
	f.record("outputs")
	return f.Out, f.Errors["outputs"]
}

// State implements engine.Stack.
func (f *Fake) State(context.Context) (*engine.State, error) {
	f.record("state")
	if err := f.Errors["state"]; err != nil {
		return nil, err
	}
	if f.Holds == nil {
		return &engine.State{}, nil
	}
	return f.Holds, nil
}

func (f *Fake) operation(ctx context.Context, name, call string) (*engine.Result, error) {
	f.record(call)
	if f.Events != nil {
		for _, e := range f.Emit {
			f.Events(e)
		}
	}
	if f.Hang == name {
		<-ctx.Done()
		return nil, fmt.Errorf("%s: %w", name, engine.ErrCancelled)
	}
	result := f.Results[name]
	if result == nil {
		result = &engine.Result{Resources: []engine.ResourceStep{}, Outputs: map[string]any{}}
	}
	return result, f.Errors[name]
}

func (f *Fake) record(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
}
