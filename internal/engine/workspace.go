package engine

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// localWorkspace is the Automation API's workspace without its needless starts of the CLI, each of which takes
// a quarter of a second and more.
type localWorkspace struct {
	auto.Workspace
	args []string // flags for the operation
}

// SerializeArgsForOp adds our flags to the operation.
func (w *localWorkspace) SerializeArgsForOp(context.Context, string) ([]string, error) {
	return w.args, nil
}

// SelectStack has nothing to do: every operation names its stack.
func (w *localWorkspace) SelectStack(context.Context, string) error { return nil }

// StackOutputs is empty: outputs come from the events, with secrets masked by the engine itself.
func (w *localWorkspace) StackOutputs(context.Context, string) (auto.OutputMap, error) {
	return nil, nil
}
