package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/graph"
)

type diffOptions struct {
	*factory
	cmd      *cobra.Command
	From, To string
	Config   []string
}

func newDiff(f *factory, run func(context.Context, *diffOptions) error) *cobra.Command {
	o := &diffOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "diff FROM TO",
		Short: "Show what would happen to one stack if it took the config of another",
		Long: `Show what would happen to stack FROM, as its file describes it, if it took the config of stack TO: what is
kept, created, updated, replaced and deleted. --config changes the config of TO; with the same stack twice
it shows what an edit would do. Use preview to compare with what is really deployed.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder diff phase1 phase2
  ladder diff phase1 phase1 --config instanceType=t4g.xlarge`,
		Args:              arguments("FROM", "TO"),
		ValidArgsFunction: f.completeStacks(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.From, o.To = args[0], args[1]
			return run(cmd.Context(), o)
		},
	}
	addConfigFlag(o.cmd, &o.Config)
	return o.cmd
}

func runDiff(_ context.Context, o *diffOptions) error {
	from, err := o.load(o.cmd, o.From, nil)
	if err != nil {
		return err
	}
	to, err := o.load(o.cmd, o.To, o.Config)
	if err != nil {
		return err
	}
	diff, err := graph.Compare(o.Program, from.run(), to.run())
	if err != nil {
		return fmt.Errorf("diff: %w", listed(err, "program"))
	}
	if o.json {
		return o.printJSON(diff)
	}
	return o.print(diff.Text())
}
