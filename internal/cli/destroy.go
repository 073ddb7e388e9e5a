package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
)

type destroyOptions struct {
	*factory
	engineFlags
	cmd         *cobra.Command
	Stack       string
	Yes         bool
	IncludeData bool
}

func newDestroy(f *factory, run func(context.Context, *destroyOptions) error) *cobra.Command {
	o := &destroyOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "destroy STACK",
		Short: "Delete everything that a stack has made",
		Long: `Delete everything that a stack has made. Nothing is deleted when the stack has protected resources or
resources that hold data, unless --include-data is given. What is retained stays in the cloud and is named.
On AWS a person is asked first; without a terminal --yes is needed.

Needs the Pulumi CLI, and an AWS account unless --simulate is given.`,
		Example: `  ladder destroy phase1 --simulate --include-data
  ladder destroy phase1 --yes`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	o.addRepair(o.cmd)
	addYes(o.cmd, &o.Yes)
	o.cmd.Flags().BoolVar(&o.IncludeData, "include-data", false, "delete protected resources and their data too")
	return o.cmd
}

func runDestroy(ctx context.Context, o *destroyOptions) (err error) {
	if err := o.canConfirm(o.cmd, o.Simulate || o.Yes); err != nil {
		return err
	}
	t, err := o.load(o.cmd, o.Stack, nil)
	if err != nil {
		return err
	}
	s, err := o.open(ctx, o.cmd, t, o.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	state, err := s.repaired(ctx, o.engineFlags)
	if err != nil {
		return err
	}
	kept := keptByDefault(state)
	if len(kept) > 0 && !o.IncludeData {
		return fmt.Errorf("stack %q: nothing was deleted, because these are protected or hold data:\n%s\n"+
			"delete them too, data and all, with --include-data", o.Stack, strings.Join(kept, "\n"))
	}
	if !o.Simulate && len(state.Resources) > 0 {
		o.tell("%s: %d resources will be deleted", o.Stack, len(state.Resources))
		if len(kept) > 0 {
			o.tell(", these with their data:\n  %s", strings.Join(kept, "\n  "))
		}
		o.tell("\n")
		if err := o.confirm(ctx, o.Yes, o.Stack, "Delete them from AWS"); err != nil {
			return err
		}
	}
	return s.finish(s.do(ctx, "destroying "+o.Stack, func(ctx context.Context) (*engine.Result, error) {
		return s.Destroy(ctx, o.IncludeData)
	}))
}

// keptByDefault names the resources that make destroy refuse. What is retained stays in the cloud anyway.
func keptByDefault(state *engine.State) []string {
	var kept []string
	for _, r := range slices.SortedFunc(slices.Values(state.Resources), byName) {
		var why []string
		if r.Protect {
			why = append(why, "protected")
		}
		if graph.Stateful(r.Type) && !r.Retain {
			why = append(why, "holds data")
		}
		if len(why) > 0 {
			kept = append(kept, fmt.Sprintf("%s (%s): %s", r.Name, graph.ShortType(r.Type), strings.Join(why, ", ")))
		}
	}
	return kept
}

func byName(a, b engine.StateResource) int { return strings.Compare(a.Name, b.Name) }
