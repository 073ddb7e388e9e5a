package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/cost"
)

// costComparison is the result of `ladder cost --compare`; its JSON form is a stable contract (docs/cli.md).
type costComparison struct {
	From         string               `json:"from"` // stack
	To           string               `json:"to"`   // stack; the same one with what is tried
	Cost         costChange           `json:"cost"`
	Availability change               `json:"availability"` // percent on paper
	CapacityQPS  change               `json:"capacityQPS"`  // requests a second at the peak
	Components   []costComponentDelta `json:"components"`   // the largest change first
}

// costChange is USD a month.
type costChange struct {
	From  amount `json:"from"`
	To    amount `json:"to"`
	Delta amount `json:"delta"`
}

// change is a figure before and after.
type change struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// costComponentDelta is what changes in a component, expected USD a month; 0 where it is not there.
type costComponentDelta struct {
	Component string  `json:"component"`
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Delta     float64 `json:"delta"`
}

func compared(before, after *estimate) costComparison {
	c := cost.Compare(before.bill, after.bill)
	result := costComparison{
		From: before.stack, To: after.stack, Cost: costChange{amount(c.Before), amount(c.After), amount(c.Delta)},
		Availability: change{before.promise.Percent, after.promise.Percent},
		CapacityQPS:  change{before.limits.QPS, after.limits.QPS}, Components: []costComponentDelta{},
	}
	for _, d := range c.Components {
		result.Components = append(result.Components, costComponentDelta{
			d.Component, d.Before.Expected, d.After.Expected, d.Delta.Expected,
		})
	}
	return result
}

// table has a row for each component that changes, and what the others add up to.
func (c costComparison) table() (header []string, rows [][]string) {
	to := c.To
	if c.From == c.To {
		to = "as tried"
	}
	same, kept := 0, 0.0
	for _, d := range c.Components {
		if dollars(d.Delta) == "0.00" {
			same, kept = same+1, kept+d.To
			continue
		}
		rows = append(rows, []string{d.Component, there(d.From), there(d.To), signed(d.Delta)})
	}
	if same > 0 {
		rows = append(rows, []string{fmt.Sprintf("%d unchanged", same), dollars(kept), dollars(kept), ""})
	}
	total := c.Cost
	rows = append(rows, []string{
		"all", dollars(total.From.Expected), dollars(total.To.Expected), signed(total.Delta.Expected),
	})
	return []string{"Component", c.From, to, "Change"}, rows
}

// there leaves out what costs nothing because it is not there.
func there(usd float64) string {
	if usd == 0 {
		return "-"
	}
	return dollars(usd)
}

func (o *costOptions) printComparison(c costComparison) error {
	header, rows := c.table()
	return o.print(o.renderTable(header, rows, alignRight(1, 2, 3), o.OutColor) + "\n" + c.figures())
}

// figures are the last lines of a difference.
func (c costComparison) figures() string {
	total := c.Cost
	share := ""
	if total.From.Expected > 0 {
		share = fmt.Sprintf(", %+.0f %%", 100*total.Delta.Expected/total.From.Expected)
	}
	return fmt.Sprintf("cost: %s -> %s USD a month (%s%s)\ncapacity: %s -> %s requests/s at the peak\n"+
		"availability on paper: %s -> %s %%\n",
		dollars(total.From.Expected), dollars(total.To.Expected), signed(total.Delta.Expected), share,
		qps(c.CapacityQPS.From), qps(c.CapacityQPS.To), percent(c.Availability.From), percent(c.Availability.To))
}

func (c costComparison) markdown() string {
	header, rows := c.table()
	title := fmt.Sprintf("### %s to %s: %s USD a month\n\n", c.From, header[2], signed(c.Cost.Delta.Expected))
	figures := "- " + strings.Join(strings.Split(strings.TrimSpace(c.figures()), "\n"), "\n- ") + "\n"
	return title + markdownTable(header, rows, len(header)) + "\n" + figures
}

// compare counts two recordings. Without an objective in either there is nothing to count.
func (f *factory) compare(from, to *graph.Graph) (*costComparison, error) {
	before, errBefore := f.asRecorded(from)
	after, errAfter := f.asRecorded(to)
	if errors.Is(errBefore, errNoObjective) && errors.Is(errAfter, errNoObjective) {
		return nil, nil
	}
	if err := errors.Join(errBefore, errAfter); err != nil {
		return nil, err
	}
	if err := errors.Join(before.complete(), after.complete()); err != nil {
		return nil, err
	}
	result := compared(before, after)
	return &result, nil
}
