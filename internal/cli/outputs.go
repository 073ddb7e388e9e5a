package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// stackOutputs is the result of `ladder outputs`; its JSON form is a stable contract (docs/cli.md).
type stackOutputs struct {
	Stack   string         `json:"stack"`
	Outputs map[string]any `json:"outputs"` // secrets are "[secret]"
}

type outputsOptions struct {
	*factory
	engineFlags
	cmd   *cobra.Command
	Stack string
}

func newOutputs(f *factory, run func(context.Context, *outputsOptions) error) *cobra.Command {
	o := &outputsOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "outputs STACK",
		Short: "Show the outputs of the last update, such as addresses",
		Long: `Show the outputs of the last update, such as addresses. Secrets are masked.

Needs the Pulumi CLI, and access to the stack's state; with --simulate that is the folder .ladder.`,
		Example: `  ladder outputs phase1 --simulate
  ladder outputs phase1 --json`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	return o.cmd
}

func runOutputs(ctx context.Context, o *outputsOptions) (err error) {
	t, err := o.load(o.cmd, o.Stack, nil)
	if err != nil {
		return err
	}
	s, err := o.open(ctx, o.cmd, t, o.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return err
	}
	if o.json {
		return o.printJSON(stackOutputs{Stack: o.Stack, Outputs: outputs})
	}
	if len(outputs) == 0 {
		o.tell("stack %s has no outputs\n", o.Stack)
		return nil
	}
	return o.printOutputs(outputs)
}
