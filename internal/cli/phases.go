package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// Phase is one row of the phase table; its JSON form is a stable contract (docs/cli.md).
type Phase struct {
	Number       int     `json:"phase"` // 1 to 4
	Name         string  `json:"name"`
	Users        int     `json:"users"`               // up to so many
	PeakQPS      int     `json:"peakQPS"`             // requests a second at peak, by design
	P99Ms        int     `json:"p99Ms"`               // 99th percentile of latency stays below, milliseconds
	Availability float64 `json:"availabilityPercent"` // at least
	BudgetMinUSD int     `json:"budgetMinUSD"`        // a month
	BudgetMaxUSD int     `json:"budgetMaxUSD"`        // a month
	Built        bool    `json:"built"`               // this version of ladder can deploy it
}

// phaseList is the result of `ladder phases`.
type phaseList struct {
	Phases []Phase `json:"phases"` // in order
}

type phasesOptions struct {
	*factory
}

func newPhases(f *factory, run func(context.Context, *phasesOptions) error) *cobra.Command {
	o := &phasesOptions{factory: f}
	return &cobra.Command{
		Use:   "phases",
		Short: "Show the four phases: users, load, latency, availability, budget",
		Long: `Show the four phases: users, load, latency, availability, budget.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder phases
  ladder phases --json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
}

func runPhases(_ context.Context, o *phasesOptions) error {
	if o.json {
		return o.printJSON(phaseList{Phases: o.Phases})
	}
	rows := make([][]string, 0, len(o.Phases))
	for i, p := range o.Phases {
		more := ""
		if i == len(o.Phases)-1 {
			more = "+" // the last phase has no upper end
		}
		built := "yes"
		if !p.Built {
			built = "no"
		}
		rows = append(rows, []string{
			fmt.Sprint(p.Number), p.Name, short(p.Users) + more, short(p.PeakQPS) + more + "/s",
			fmt.Sprintf("< %d ms", p.P99Ms), fmt.Sprintf("%g %%", p.Availability),
			fmt.Sprintf("%s-%s", thousands(p.BudgetMinUSD), thousands(p.BudgetMaxUSD)), built,
		})
	}
	header := []string{"Phase", "Shape", "Users", "Peak", "p99", "Available", "USD a month", "Built"}
	return o.printTable(header, rows, alignRight(2, 3, 4, 5, 6))
}
