package stacks

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
)

// budgetStep is what an estimate is rounded up to: a budget that changes by cents with each edit says nothing.
const budgetStep = 5

// estimate is the upper end of a month's bill.
type estimate struct {
	usd      float64
	unpriced error // why there is none
}

// estimates are by config, because a comparison runs one program several times.
var estimates sync.Map

// budget follows from the program itself: what it costs a month if the prices are as far off as their sources allow,
// at most the end of the phase's band (docs/decisions/0016). Without a price for everything it is the end of the band.
func (c Config) budget(ctx *pulumi.Context) (int, error) {
	most := c.Phase.BudgetMaxUSD
	counted, _ := estimates.LoadOrStore(fmt.Sprintf("%+v", c), sync.OnceValues(func() (estimate, error) {
		return c.estimate(graph.Run{
			Project: ctx.Project(), Stack: ctx.Stack(), Root: c.root, Config: map[string]string{"aws:region": c.Region},
		})
	}))
	e, err := counted.(func() (estimate, error))()
	switch {
	case err != nil:
		return 0, err
	case e.unpriced != nil:
		return most, ctx.Log.Warn(fmt.Sprintf("the budget is %d USD, the end of the phase's band, because not everything "+
			"has a price; set ladder:monthlyBudgetUSD to another: %v", most, e.unpriced), nil)
	}
	return min(most, budgetStep*int(math.Ceil(e.usd/budgetStep))), nil
}

// estimate records the phase with a budget given, of which no estimate is made again, and counts it.
func (c Config) estimate(run graph.Run) (estimate, error) {
	c.MonthlyBudgetUSD = c.Phase.BudgetMaxUSD
	recorded, err := graph.Record(func(ctx *pulumi.Context) error { return builds[c.Phase.Number](ctx, c) }, run)
	if err != nil {
		return estimate{}, err
	}
	book, err := price.Default()
	if err != nil {
		return estimate{}, err
	}
	bill, err := cost.Estimate(recorded.Resources, c.Traffic, c.Phase, book, newest(book))
	if err == nil && len(bill.Unpriced) > 0 {
		err = fmt.Errorf("%s: %s", bill.Unpriced[0].URN, bill.Unpriced[0].Reason)
	}
	if err != nil {
		return estimate{unpriced: err}, nil
	}
	return estimate{usd: bill.Interval.High}, nil
}

// newest is the day of the book's latest source. Prices age, and an estimate as of today would change a budget that
// nobody touched.
func newest(book *price.Book) time.Time {
	var day time.Time
	for _, p := range book.Rows() {
		if p.Date.After(day) {
			day = p.Date
		}
	}
	return day
}
