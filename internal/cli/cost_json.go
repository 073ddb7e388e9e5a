package cli

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

// costResult is the result of `ladder cost`; its JSON form is a stable contract (docs/cli.md).
type costResult struct {
	Stack        string          `json:"stack"`
	Phase        int             `json:"phase"`
	Band         band            `json:"band"`         // what the phase may cost
	Monthly      amount          `json:"monthly"`      // USD a month
	Interval     interval        `json:"interval"`     // of the expected bill, by the grade and age of its prices
	Fixed        float64         `json:"fixed"`        // of the expected bill, with or without users
	Usage        float64         `json:"usage"`        // of the expected bill, by the traffic
	CapacityQPS  float64         `json:"capacityQPS"`  // requests a second at the peak that the stack carries
	Capacity     capacity        `json:"capacity"`     // how it comes about
	Availability float64         `json:"availability"` // percent, the product of AWS's agreements
	Promise      promise         `json:"promise"`      // how it comes about
	BreakEvenQPS float64         `json:"breakEvenQPS"` // mean load at which the end of the band is reached
	MeanQPS      float64         `json:"meanQPS"`      // of the traffic
	Traffic      traffic.Model   `json:"traffic"`      // that the bill is counted with
	Components   []costComponent `json:"components"`   // the dearest first
	Lines        []costLine      `json:"lines"`        // of the bill
	Unpriced     []costNote      `json:"unpriced"`     // what has no price, and what is missing
	Free         []costNote      `json:"free"`         // what costs nothing, and why
	Unknown      []costNote      `json:"unknown"`      // inputs known only after an update, taken at an upper bound
}

type band struct {
	Min int `json:"min"` // USD a month
	Max int `json:"max"` // USD a month
}

// amount is USD a month.
type amount struct {
	Min      float64 `json:"min"`      // what grows is as small as it may be, all month
	Expected float64 `json:"expected"` // under the traffic
	Max      float64 `json:"max"`      // what grows is as large as it may be, all month
}

type interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

type capacity struct {
	PeakQPS      float64       `json:"peakQPS"`      // of the traffic
	WithoutZone  float64       `json:"withoutZone"`  // what is carried with a zone gone
	WithoutCache float64       `json:"withoutCache"` // what is carried with the cache gone
	Tightest     string        `json:"tightest"`     // the part that limits the whole
	Parts        []capacityRow `json:"parts"`
}

// capacityRow is what one part carries.
type capacityRow struct {
	Name         string  `json:"name"`
	QPS          float64 `json:"qps"`
	WithoutZone  float64 `json:"withoutZone"`
	WithoutCache float64 `json:"withoutCache"`
	Arithmetic   string  `json:"arithmetic"`
}

type promise struct {
	Objective float64  `json:"objective"` // percent that the phase promises
	Chain     []slaRow `json:"chain"`     // what a request passes
	Missing   []string `json:"missing"`   // what would raise it
}

// slaRow is a link of the chain.
type slaRow struct {
	Name   string  `json:"name"`
	SLA    float64 `json:"sla"` // percent
	Source string  `json:"source"`
}

// costComponent is what a component costs.
type costComponent struct {
	Component string  `json:"component"` // name at the top of the stack
	Fixed     float64 `json:"fixed"`     // expected
	Usage     float64 `json:"usage"`     // expected
	Min       float64 `json:"min"`
	Expected  float64 `json:"expected"`
	Max       float64 `json:"max"`
}

// costLine is a part of a resource's price.
type costLine struct {
	Component  string      `json:"component"`
	Resource   string      `json:"resource"` // logical name
	URN        string      `json:"urn"`
	Item       string      `json:"item"`
	Kind       string      `json:"kind"`       // fixed or usage
	Arithmetic string      `json:"arithmetic"` // of the expected amount
	Min        float64     `json:"min"`
	Expected   float64     `json:"expected"`
	Max        float64     `json:"max"`
	Prices     []bookPrice `json:"prices"` // rows of the price book
}

// costNote says why a resource, or a part of it, is in no line.
type costNote struct {
	Component string `json:"component"`
	Resource  string `json:"resource"` // logical name
	URN       string `json:"urn"`
	Type      string `json:"type"`
	Reason    string `json:"reason"`
}

func (e *estimate) result() costResult {
	b := e.bill
	return costResult{
		Stack: e.stack, Phase: e.phase.Number, Band: band{e.phase.BudgetMinUSD, e.phase.BudgetMaxUSD},
		Monthly: amount(b.Total), Interval: interval(b.Interval), Fixed: b.Fixed.Expected, Usage: b.Usage.Expected,
		CapacityQPS: e.limits.QPS, Capacity: e.capacity(), Availability: e.promise.Percent, Promise: e.promised(),
		BreakEvenQPS: e.breakEven, MeanQPS: e.load.MeanQPS(), Traffic: e.load,
		Components: e.components(), Lines: e.lines(),
		Unpriced: notes(b.Unpriced), Free: notes(b.Free), Unknown: notes(b.Unknown),
	}
}

func (e *estimate) capacity() capacity {
	c := capacity{
		PeakQPS: e.load.PeakQPS, WithoutZone: e.limits.WithoutZone, WithoutCache: e.limits.WithoutCache,
		Tightest: e.limits.Tightest, Parts: []capacityRow{},
	}
	for _, part := range e.limits.Parts {
		c.Parts = append(c.Parts, capacityRow(part))
	}
	return c
}

func (e *estimate) promised() promise {
	p := promise{
		Objective: e.phase.Availability, Chain: []slaRow{}, Missing: append([]string{}, e.promise.Missing...),
	}
	for _, part := range e.promise.Chain {
		p.Chain = append(p.Chain, slaRow(part))
	}
	return p
}

func (e *estimate) components() []costComponent {
	list := []costComponent{}
	for _, sum := range e.bill.ByComponent() {
		list = append(list, costComponent{
			sum.Name, sum.Fixed.Expected, sum.Usage.Expected, sum.Min, sum.Expected, sum.Max,
		})
	}
	return list
}

func (e *estimate) lines() []costLine {
	list := []costLine{}
	for _, l := range e.bill.Lines {
		line := costLine{
			Component: l.Component, Resource: nameOf(l.URN), URN: l.URN, Item: l.Item, Kind: string(l.Kind),
			Arithmetic: l.Arithmetic, Min: l.Min, Expected: l.Expected, Max: l.Max, Prices: []bookPrice{},
		}
		for _, p := range l.Prices {
			line.Prices = append(line.Prices, toBookPrice(p))
		}
		list = append(list, line)
	}
	return list
}

func notes(found []cost.Note) []costNote {
	list := []costNote{}
	for _, n := range found {
		list = append(list, costNote{n.Component, nameOf(n.URN), n.URN, n.Type, n.Reason})
	}
	return list
}

// nameOf is the logical name at the end of a URN.
func nameOf(urn string) string { return urn[strings.LastIndex(urn, "::")+len("::"):] }
