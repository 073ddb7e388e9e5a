package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/policies/rule"
)

// estimate is what a recorded stack costs, carries and promises.
type estimate struct {
	stack     string
	phase     phase.Phase
	load      traffic.Model
	resources []graph.Resource
	bill      *cost.Bill
	limits    cost.Limits
	promise   cost.Promise
	breakEven float64 // mean requests a second that the band pays for
}

// estimate records a stack and counts it.
func (f *factory) estimate(cmd *cobra.Command, name string, tried whatIf) (*estimate, error) {
	book, err := tried.book()
	if err != nil {
		return nil, &usageError{cmd: cmd, err: err}
	}
	t, err := f.load(cmd, name, tried.Config)
	if err != nil {
		return nil, err
	}
	recorded, err := f.record(t)
	if err != nil {
		return nil, err
	}
	objective, err := f.objective(recorded)
	if err != nil {
		return nil, err
	}
	load, err := tried.load(objective.Traffic)
	if err != nil {
		return nil, &usageError{cmd: cmd, err: err}
	}
	e, err := f.count(recorded, objective.Phase, load, book)
	if err != nil {
		return nil, err
	}
	e.breakEven, err = cost.BreakEven(e.resources, e.load, e.phase, book, f.Now(), float64(e.phase.BudgetMaxUSD))
	return e, err
}

// errNoObjective is a program that does not say what it is for: another one than Ladder's.
var errNoObjective = errors.New("the program has no " + rule.ObjectiveType +
	", which says for which phase and load it is built")

// objective reads what the stack is for out of its own resources.
func (f *factory) objective(recorded *graph.Graph) (*rule.Objective, error) {
	stack, problems := rule.NewStack(recorded.Resources, f.Now())
	switch {
	case len(stack.OfType(rule.ObjectiveType)) == 0:
		return nil, fmt.Errorf("stack %q: %w", recorded.Stack, errNoObjective)
	case stack.Objective == nil:
		return nil, fmt.Errorf("stack %q: %s", recorded.Stack, problems[0].Message)
	}
	return stack.Objective, nil
}

// count makes the figures that take no search.
func (f *factory) count(
	recorded *graph.Graph, p phase.Phase, load traffic.Model, book *price.Book,
) (*estimate, error) {
	bill, err := cost.Estimate(recorded.Resources, load, p, book, f.Now())
	if err != nil {
		return nil, fmt.Errorf("stack %q: no estimate: %w", recorded.Stack, err)
	}
	return &estimate{
		stack: recorded.Stack, phase: p, load: load, resources: recorded.Resources, bill: bill,
		limits: cost.Capacity(recorded.Resources, load, p), promise: cost.Availability(recorded.Resources, p),
	}, nil
}

// asRecorded is the estimate of a stack at list prices under its own load.
func (f *factory) asRecorded(recorded *graph.Graph) (*estimate, error) {
	objective, err := f.objective(recorded)
	if err != nil {
		return nil, err
	}
	book, err := price.Default()
	if err != nil {
		return nil, err
	}
	return f.count(recorded, objective.Phase, objective.Traffic, book)
}

// complete is an error when something has no price.
func (e *estimate) complete() error {
	if len(e.bill.Unpriced) == 0 {
		return nil
	}
	errs := []error{fmt.Errorf("stack %q: the total is too low, because it lacks what has no price (%d); give the "+
		"rows in a price book of your own (--prices FILE)", e.stack, len(e.bill.Unpriced))}
	for _, note := range e.bill.Unpriced {
		errs = append(errs, fmt.Errorf("%s (%s): %s", nameOf(note.URN), graph.ShortType(note.Type), note.Reason))
	}
	return errors.Join(errs...)
}

// within says where the bill stands in the band of the phase.
func (e *estimate) within() string {
	switch total := e.bill.Total.Expected; {
	case total > float64(e.phase.BudgetMaxUSD):
		return "above"
	case total < float64(e.phase.BudgetMinUSD):
		return "below"
	}
	return "inside"
}
