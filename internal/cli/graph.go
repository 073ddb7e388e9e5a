package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

type graphOptions struct {
	*factory
	cmd    *cobra.Command
	Stack  string
	Format string
	Config []string
}

func newGraph(f *factory, run func(context.Context, *graphOptions) error) *cobra.Command {
	o := &graphOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "graph STACK",
		Short: "Show what a stack consists of",
		Long: `Show what a stack consists of, as a tree, as JSON or as a Mermaid diagram.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder graph phase1
  ladder graph phase1 --config instanceType=t4g.xlarge --json
  ladder graph phase1 --format mermaid`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			switch o.Format {
			case "tree", "json", "mermaid":
			default:
				return &usageError{cmd: cmd, err: fmt.Errorf("--format: got %q, want tree, json or mermaid", o.Format)}
			}
			if o.json {
				if cmd.Flags().Changed("format") && o.Format != "json" {
					return &usageError{cmd: cmd, err: fmt.Errorf("got --json and --format %s; want one of them", o.Format)}
				}
				o.Format = "json"
			}
			return run(cmd.Context(), o)
		},
	}
	o.cmd.Flags().StringVar(&o.Format, "format", "tree", "`form`: tree, json or mermaid")
	addConfigFlag(o.cmd, &o.Config)
	return o.cmd
}

func runGraph(_ context.Context, o *graphOptions) error {
	t, err := o.load(o.cmd, o.Stack, o.Config)
	if err != nil {
		return err
	}
	recorded, err := o.record(t)
	if err != nil {
		return err
	}
	switch o.Format {
	case "json":
		return o.printJSON(recorded)
	case "mermaid":
		return o.print(recorded.Mermaid())
	}
	return o.print(recorded.Tree())
}
