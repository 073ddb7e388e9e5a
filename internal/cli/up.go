package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
)

type upOptions struct {
	*factory
	engineFlags
	cmd             *cobra.Command
	Stack           string
	Yes             bool
	ExpectNoChanges bool
}

func newUp(f *factory, run func(context.Context, *upOptions) error) *cobra.Command {
	o := &upOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "up STACK",
		Short: "Make the cloud what the stack's file says",
		Long: `Make the cloud what the stack's file says. Nothing is changed when that would replace or delete something
that holds data. What it will cost a month is said before anything is changed. On AWS the plan is shown first and
a person is asked; without a terminal --yes is needed.

Needs the Pulumi CLI, and an AWS account unless --simulate is given.`,
		Example: `  ladder up phase1 --simulate
  ladder up phase1 --yes --policy-pack bin/policies
  ladder up phase1 --simulate --expect-no-changes --json`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	o.addPolicyPacks(o.cmd)
	o.addRepair(o.cmd)
	addYes(o.cmd, &o.Yes)
	addExpectNoChanges(o.cmd, &o.ExpectNoChanges)
	return o.cmd
}

func runUp(ctx context.Context, o *upOptions) (err error) {
	if err := o.canConfirm(o.cmd, o.Simulate || o.Yes); err != nil {
		return err
	}
	t, err := o.load(o.cmd, o.Stack, nil)
	if err != nil {
		return err
	}
	recorded, err := o.record(t)
	if err != nil {
		return err
	}
	o.tellEstimate(recorded)
	s, err := o.open(ctx, o.cmd, t, o.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.beforeUp(ctx, o); err != nil {
		return err
	}
	return s.finish(s.do(ctx, "updating "+o.Stack, s.Up))
}

// tellEstimate says what the stack will cost. An update does not wait for a price.
func (f *factory) tellEstimate(recorded *graph.Graph) {
	e, err := f.asRecorded(recorded)
	if err == nil {
		err = e.complete()
	}
	switch {
	case errors.Is(err, errNoObjective): // another program than Ladder's
	case err != nil:
		f.tell("no estimate: %v\n", err)
	default:
		f.tell("estimate: %s USD a month, %s the band of %s; carries %s requests/s (ladder cost %s)\n",
			dollars(e.bill.Total.Expected), e.within(), e.band(), qps(e.limits.QPS), e.stack)
	}
}

// beforeUp looks at what the update would do, and refuses or asks.
func (s *session) beforeUp(ctx context.Context, o *upOptions) error {
	state, err := s.repaired(ctx, o.engineFlags)
	if err != nil {
		return err
	}
	// The preview takes a while and is shown to nobody in simulation: it is left out when it can find nothing.
	if o.Simulate && !o.ExpectNoChanges && len(o.PolicyPacks) == 0 && len(held(state)) == 0 {
		return nil
	}
	plan, took, err := s.do(ctx, "previewing "+o.Stack, s.Preview)
	switch {
	case errors.Is(err, engine.ErrNoStack) && o.ExpectNoChanges:
		return &changesError{stack: o.Stack, what: "a stack that does not exist yet, and changed nothing"}
	case errors.Is(err, engine.ErrNoStack):
		s.tell("stack %s does not exist yet: everything will be created\n", o.Stack)
		return s.confirm(ctx, o.Simulate || o.Yes, o.Stack, "Create it on AWS")
	case err != nil:
		return err
	case o.ExpectNoChanges && plan.Changes > 0:
		return &changesError{stack: o.Stack, what: counts(plan.Steps, true) + ", and changed nothing"}
	}
	if err := guardData(plan, state); err != nil {
		return err
	}
	if o.Simulate || plan.Changes == 0 {
		return nil
	}
	s.tell("%s%s", s.planTable(plan, s.ErrColor), summary(plan, took, true))
	return s.confirm(ctx, o.Yes, o.Stack, "Make these changes on AWS")
}

// held returns the resources of the state that hold data.
func held(state *engine.State) []engine.StateResource {
	var data []engine.StateResource
	for _, r := range state.Resources {
		if graph.Stateful(r.Type) {
			data = append(data, r)
		}
	}
	return data
}

// guardData refuses a plan that would lose data. What is retained stays in the cloud when it leaves the
// stack and may be deleted from it; a replacement starts empty, retained or not.
func guardData(plan *engine.Result, state *engine.State) error {
	retained := map[string]bool{}
	for _, r := range state.Resources {
		retained[r.URN] = r.Retain
	}
	var lost []string
	for _, r := range plan.Resources {
		if !graph.Stateful(r.Type) || r.Op != engine.OpReplace && (r.Op != engine.OpDelete || retained[r.URN]) {
			continue
		}
		line := fmt.Sprintf("%s %s (%s)", r.Op, r.Name, graph.ShortType(r.Type))
		if len(r.Changed) > 0 {
			line += ", because of " + strings.Join(r.Changed, ", ")
		}
		lost = append(lost, line)
	}
	if len(lost) == 0 {
		return nil
	}
	return fmt.Errorf("stack %q: nothing was changed, because this would lose data:\n%s\n"+
		"undo the change; or let the old one leave the stack with retainOnDelete, and move its data before",
		plan.Stack, strings.Join(lost, "\n"))
}
