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
it shows what an edit would do. At the end stands what becomes of the cost, the load that is carried and the
availability; ladder cost has the parts. Use preview to compare with what is really deployed.

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
	counted := make(chan costs, 1)
	go func() { counted <- o.costs(from, to) }() // beside the comparison: both take their time
	diff, err := graph.Compare(o.Program, from.run(), to.run())
	if err != nil {
		return fmt.Errorf("diff: %w", listed(err, "program"))
	}
	result := diffResult{
		From: diff.From, To: diff.To, Same: diff.Same,
		Create: diff.Create, Update: diff.Update, Replace: diff.Replace, Delete: diff.Delete,
	}
	figures := result.add(<-counted)
	if o.json {
		return o.printJSON(result)
	}
	return o.print(diff.Text() + figures)
}

// costs are the figures of both sides, nil in a program that is not Ladder's.
type costs struct {
	*costComparison
	err error
}

func (o *diffOptions) costs(from, to *target) costs {
	before, err := o.record(from)
	if err != nil {
		return costs{err: err}
	}
	after, err := o.record(to)
	if err != nil {
		return costs{err: err}
	}
	c, err := o.compare(before, after)
	return costs{c, err}
}

// diffResult is the result of `ladder diff`; its JSON form is a stable contract (docs/cli.md). Every list is sorted by
// URN.
type diffResult struct {
	From         string         `json:"from"`
	To           string         `json:"to"`
	Same         []string       `json:"same"` // URNs
	Create       []graph.Change `json:"create"`
	Update       []graph.Change `json:"update"`
	Replace      []graph.Change `json:"replace"`
	Delete       []graph.Change `json:"delete"`
	Cost         *costChange    `json:"cost,omitempty"`         // USD a month
	Availability *change        `json:"availability,omitempty"` // percent on paper
	CapacityQPS  *change        `json:"capacityQPS,omitempty"`  // requests a second at the peak
	NoEstimate   string         `json:"noEstimate,omitempty"`   // why there are no figures
}

// add returns the figures as text, too. What cannot be counted is said, and is no reason to show no difference.
func (r *diffResult) add(c costs) string {
	switch {
	case c.err != nil:
		r.NoEstimate = c.err.Error()
		return "no estimate: " + r.NoEstimate + "\n"
	case c.costComparison == nil:
		return ""
	}
	r.Cost, r.Availability, r.CapacityQPS = &c.Cost, &c.Availability, &c.CapacityQPS
	return c.figures()
}
