package cost

import (
	"cmp"
	"math"
	"slices"
)

// Comparison is what changes between two bills.
type Comparison struct {
	From       int     `json:"from"` // phase
	To         int     `json:"to"`   // phase
	Before     Amount  `json:"before"`
	After      Amount  `json:"after"`
	Delta      Amount  `json:"delta"`
	Components []Delta `json:"components"` // the largest change first
}

// Delta is what changes in a component. Before is nothing for one that comes, After for one that goes.
type Delta struct {
	Component string `json:"component"`
	Before    Amount `json:"before"`
	After     Amount `json:"after"`
	Delta     Amount `json:"delta"`
}

// Compare returns what a move from a to b changes, by component and in total.
func Compare(a, b *Bill) Comparison {
	c := Comparison{
		From: a.Phase, To: b.Phase, Before: a.Total, After: b.Total, Delta: b.Total.plus(a.Total.times(-1)),
	}
	at := map[string]*Delta{}
	part := func(name string) *Delta {
		if at[name] == nil {
			at[name] = &Delta{Component: name}
		}
		return at[name]
	}
	for _, sum := range a.ByComponent() {
		part(sum.Name).Before = sum.Amount
	}
	for _, sum := range b.ByComponent() {
		part(sum.Name).After = sum.Amount
	}
	for _, d := range at {
		d.Delta = d.After.plus(d.Before.times(-1))
		c.Components = append(c.Components, *d)
	}
	slices.SortFunc(c.Components, func(x, y Delta) int {
		return cmp.Or(cmp.Compare(math.Abs(y.Delta.Expected), math.Abs(x.Delta.Expected)),
			cmp.Compare(x.Component, y.Component))
	})
	return c
}
