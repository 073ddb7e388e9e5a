package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

type refreshOptions struct {
	*factory
	engineFlags
	cmd             *cobra.Command
	Stack           string
	ExpectNoChanges bool
}

func newRefresh(f *factory, run func(context.Context, *refreshOptions) error) *cobra.Command {
	o := &refreshOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "refresh STACK",
		Short: "Read what really exists into the stack's state",
		Long: `Read what really exists into the stack's state, and show what differs from it. No resource is changed: the
next preview shows what up would do about a difference.

Needs the Pulumi CLI, and an AWS account unless --simulate is given.`,
		Example: `  ladder refresh phase1 --simulate
  ladder refresh phase1 --expect-no-changes`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	o.addRepair(o.cmd)
	addExpectNoChanges(o.cmd, &o.ExpectNoChanges)
	return o.cmd
}

func runRefresh(ctx context.Context, o *refreshOptions) (err error) {
	t, err := o.load(o.cmd, o.Stack, nil)
	if err != nil {
		return err
	}
	s, err := o.open(ctx, o.cmd, t, o.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	result, took, err := s.do(ctx, "refreshing "+o.Stack, s.Refresh)
	if err != nil {
		return err
	}
	if err := s.printPlan(result, took, false); err != nil {
		return err
	}
	if o.ExpectNoChanges && result.Changes > 0 {
		return &changesError{stack: o.Stack, what: "a cloud that differs from the state: " + counts(result.Steps, false)}
	}
	return nil
}
