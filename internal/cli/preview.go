package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

type previewOptions struct {
	*factory
	engineFlags
	cmd             *cobra.Command
	Stack           string
	Config          []string
	ExpectNoChanges bool
}

func newPreview(f *factory, run func(context.Context, *previewOptions) error) *cobra.Command {
	o := &previewOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "preview STACK",
		Short: "Show what up would do to what is deployed, and change nothing",
		Long: `Show what up would do to what is deployed, and change nothing. --config tries an edit without making it.

Needs the Pulumi CLI, and an AWS account unless --simulate is given.`,
		Example: `  ladder preview phase1 --simulate
  ladder preview phase1 --simulate --config instanceType=t4g.xlarge
  ladder preview phase1 --expect-no-changes`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	o.addPolicyPacks(o.cmd)
	addConfigFlag(o.cmd, &o.Config)
	addExpectNoChanges(o.cmd, &o.ExpectNoChanges)
	return o.cmd
}

func addExpectNoChanges(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "expect-no-changes", false, "end with exit code 4 when there are changes")
}

func runPreview(ctx context.Context, o *previewOptions) (err error) {
	t, err := o.load(o.cmd, o.Stack, o.Config)
	if err != nil {
		return err
	}
	if _, err := o.record(t); err != nil {
		return err
	}
	s, err := o.open(ctx, o.cmd, t, o.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	result, took, err := s.do(ctx, "previewing "+o.Stack, s.Preview)
	if err != nil {
		return err
	}
	if err := s.printPlan(result, took, true); err != nil {
		return err
	}
	if o.ExpectNoChanges && result.Changes > 0 {
		return &changesError{stack: o.Stack, what: counts(result.Steps, true)}
	}
	return nil
}
