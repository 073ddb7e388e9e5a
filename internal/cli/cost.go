package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

type costOptions struct {
	*factory
	whatIf
	cmd      *cobra.Command
	Stacks   []string // one, or two to compare
	Compare  bool
	Lines    bool
	Markdown bool
}

func newCost(f *factory, run func(context.Context, *costOptions) error) *cobra.Command {
	o := &costOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "cost STACK [OTHER]",
		Short: "Show what a stack costs a month, what load it carries and how available it is",
		Long: `Show what a stack costs a month at list prices under the load that its file names, what load it carries and
how available it is on paper, beside what its phase promises. docs/cost.md says what the figures rest on. The
exit code is 1 when something has no price: the total is too low by it.

With --compare it shows what changes between two stacks, or in one with what is tried by --config, --traffic,
--discount and --commit; they change the second of two. As JSON that is from, to, cost {from, to, delta},
capacityQPS {from, to}, availability {from, to}, and components, each with from, to and delta.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder cost phase2
  ladder cost phase2 --lines
  ladder cost --compare phase2 phase3 --markdown
  ladder cost --compare phase3 --config databaseIOMode=optimized
  ladder cost phase2 --traffic loadFactor=0.25 --commit rds-1y=1`,
		Args:              o.arguments,
		ValidArgsFunction: f.completeStacks(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stacks = args
			return run(cmd.Context(), o)
		},
	}
	o.cmd.Flags().BoolVar(&o.Compare, "compare", false, "show what changes between two stacks, or by what is tried")
	o.cmd.Flags().BoolVar(&o.Lines, "lines", false, "show every line of the bill, with its arithmetic")
	o.cmd.Flags().BoolVar(&o.Markdown, "markdown", false, "print Markdown, for a pull request")
	o.add(o.cmd)
	return o.cmd
}

func (o *costOptions) arguments(cmd *cobra.Command, args []string) error {
	if o.Compare && len(args) == 1 {
		if !o.changes() {
			return &usageError{cmd: cmd, err: errors.New("missing argument OTHER, or something to try: " +
				"--config, --traffic, --discount or --commit")}
		}
		return nil
	}
	if o.Compare {
		return arguments("STACK", "OTHER")(cmd, args)
	}
	if len(args) == 2 {
		return &usageError{cmd: cmd, err: fmt.Errorf("got two stacks, %s and %s; want one, or --compare", args[0], args[1])}
	}
	return arguments("STACK")(cmd, args)
}

func runCost(_ context.Context, o *costOptions) error {
	for _, form := range []struct {
		given bool
		name  string
	}{{o.json, "--json"}, {o.Lines, "--lines"}} {
		if form.given && o.Markdown {
			return &usageError{cmd: o.cmd, err: fmt.Errorf("got --markdown and %s; want one of them", form.name)}
		}
	}
	if o.Compare && o.Lines {
		return &usageError{cmd: o.cmd, err: errors.New("got --compare and --lines; want one of them")}
	}
	if o.Compare {
		return runCompare(o)
	}
	e, err := o.estimate(o.cmd, o.Stacks[0], o.whatIf)
	if err != nil {
		return err
	}
	switch {
	case o.json:
		err = o.printJSON(e.result())
	case o.Markdown:
		err = o.print(e.markdown())
	case o.Lines:
		err = errors.Join(o.printLines(e), o.printCost(e))
	default:
		err = o.printCost(e)
	}
	return errors.Join(err, e.complete())
}

func runCompare(o *costOptions) error {
	before, err := o.estimate(o.cmd, o.Stacks[0], whatIf{Prices: o.Prices})
	if err != nil {
		return err
	}
	after, err := o.estimate(o.cmd, o.Stacks[len(o.Stacks)-1], o.whatIf)
	if err != nil {
		return err
	}
	switch result := compared(before, after); {
	case o.json:
		err = o.printJSON(result)
	case o.Markdown:
		err = o.print(result.markdown())
	default:
		err = o.printComparison(result)
	}
	return errors.Join(err, before.complete(), after.complete())
}
