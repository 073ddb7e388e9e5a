package cost

import (
	"cmp"
	"slices"

	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/price"
)

// Kind says what a line follows.
type Kind string

// The kinds of lines.
const (
	Fixed Kind = "fixed" // what is there, with or without users
	Usage Kind = "usage" // the traffic
)

// Amount is USD a month, or a quantity, by the size of what grows by itself: as small as it may be all month, as the
// traffic asks for, as large as it may be all month.
type Amount struct {
	Min      float64 `json:"min"`
	Expected float64 `json:"expected"`
	Max      float64 `json:"max"`
}

// Interval holds the expected amount if prices are as far off as their grade and age allow.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Line is a part of a resource's price.
type Line struct {
	Component  string        `json:"component"` // top level: what phaseN.go makes
	URN        string        `json:"urn"`
	Item       string        `json:"item"`
	Kind       Kind          `json:"kind"`
	Arithmetic string        `json:"arithmetic"` // of the expected amount, e.g. "2 x 0.0725 x 730"
	Amount                   // USD a month
	Interval   Interval      `json:"interval"`
	Prices     []price.Price `json:"prices"`
}

// Note says why a resource, or a part of it, is in no line, or what is behind an amount.
type Note struct {
	Component string `json:"component"`
	URN       string `json:"urn"`
	Type      string `json:"type"`
	Reason    string `json:"reason"`
}

// Bill is a month of a phase. Every resource is in Lines, in Free or in Unpriced.
type Bill struct {
	Phase    int           `json:"phase"`
	Traffic  traffic.Model `json:"traffic"`
	Lines    []Line        `json:"lines"`
	Free     []Note        `json:"free"`     // with the reason
	Unpriced []Note        `json:"unpriced"` // with what is missing; the totals are too low by it
	Unknown  []Note        `json:"unknown"`  // inputs known only after an update, taken at an upper bound

	Total    Amount   `json:"total"`
	Fixed    Amount   `json:"fixed"`
	Usage    Amount   `json:"usage"`
	Interval Interval `json:"interval"` // of the expected total
}

// Sum is what one component costs.
type Sum struct {
	Name   string `json:"name"`
	Fixed  Amount `json:"fixed"`
	Usage  Amount `json:"usage"`
	Amount        // both
}

// ByComponent returns sums by top-level component, the dearest first.
func (b *Bill) ByComponent() []Sum {
	at := map[string]int{}
	var list []Sum
	for _, line := range b.Lines {
		i, seen := at[line.Component]
		if !seen {
			i = len(list)
			at[line.Component] = i
			list = append(list, Sum{Name: line.Component})
		}
		list[i].Amount = list[i].plus(line.Amount)
		if line.Kind == Fixed {
			list[i].Fixed = list[i].Fixed.plus(line.Amount)
		} else {
			list[i].Usage = list[i].Usage.plus(line.Amount)
		}
	}
	slices.SortFunc(list, func(x, y Sum) int {
		return cmp.Or(cmp.Compare(y.Expected, x.Expected), cmp.Compare(x.Name, y.Name))
	})
	return list
}

// add up and put everything in the order of the URNs, which is that of the resources.
func (b *Bill) settle() {
	slices.SortStableFunc(b.Lines, func(x, y Line) int { return cmp.Compare(x.URN, y.URN) })
	for _, notes := range [][]Note{b.Free, b.Unpriced, b.Unknown} {
		slices.SortStableFunc(notes, func(x, y Note) int { return cmp.Compare(x.URN, y.URN) })
	}
	for _, line := range b.Lines {
		b.Total = b.Total.plus(line.Amount)
		if line.Kind == Fixed {
			b.Fixed = b.Fixed.plus(line.Amount)
		} else {
			b.Usage = b.Usage.plus(line.Amount)
		}
		b.Interval.Low += line.Interval.Low
		b.Interval.High += line.Interval.High
	}
}

func same(value float64) Amount { return Amount{value, value, value} }

func (a Amount) plus(b Amount) Amount {
	return Amount{a.Min + b.Min, a.Expected + b.Expected, a.Max + b.Max}
}

func (a Amount) times(factor float64) Amount {
	return Amount{a.Min * factor, a.Expected * factor, a.Max * factor}
}

// fixed amounts do not depend on what grows.
func (a Amount) fixed() bool { return a.Min == a.Expected && a.Max == a.Expected }
