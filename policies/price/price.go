// Package price is the price book: what AWS asks for the things that a bill counts, each price with its
// source, its grade and its date. It holds no resources, costs nothing and needs no network.
//
//	book, err := price.Default()
//	...
//	server, err := book.Lookup("ec2", "BoxUsage:t4g.large", "us-east-1") // 0.0672 USD an hour
//	egress, err := book.Charge("data-transfer", "DataTransfer-Out-Bytes", "us-east-1", 912) // 73.08 USD
//
// A key is AWS's usage type where AWS has one, without the prefix of the region. What has no price is an
// error that says what to do, never zero.
package price

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Price is one row of the book.
type Price struct {
	Service string // short name: ec2, rds-postgres
	Key     string
	Region  string  // Global for services that have one price for all
	Unit    string  // hour, GB-month, 1M requests; ratio when USD is a share and no price
	USD     float64 // list price of one unit, on demand, before tax
	Grade   Grade
	Source  string
	Date    time.Time // the day of the source, at 0:00 UTC
}

// Global is the region of services that are priced alike in all regions.
const Global = "global"

// Ratio is the unit of a row that is no price: a share, or a factor.
const Ratio = "ratio"

// Of returns what a quantity costs, in USD. The quantity counts single things: requests, not millions.
func (p Price) Of(quantity float64) float64 { return quantity / p.Per() * p.USD }

// Per returns how many things one unit is: a million for "1M requests".
func (p Price) Per() float64 {
	per, _ := parseUnit(p.Unit) // Read has checked it
	return per
}

// Grade says how good a source is.
type Grade byte

// The grades.
const (
	A Grade = 'A' // read from AWS's price list
	B Grade = 'B' // generated from a price API
	C Grade = 'C' // a page of AWS, or texts that agree
	D Grade = 'D' // one text, or derived
)

// Grades are all grades, best first.
var Grades = []Grade{A, B, C, D}

func (g Grade) String() string { return string(g) }

// width is how far a price of this grade may be from the truth, as a share of it. The figures are what was
// seen while the book was made: Infracost's goldens round 0.156 to 0.16 (2.6 %); public tables of RDS classes
// differ by 4.4 % from the price list; single texts by 14 % (kafka.t3.small 0.052 for 0.0456).
func (g Grade) width() float64 {
	switch g {
	case A:
		return 0
	case B:
		return 0.03
	case C:
		return 0.05
	case D:
		return 0.15
	}
	return 0.15
}

const (
	freshDays = 180  // a price counts as of today for so long
	agePoint  = 0.02 // added to the width for each such time after the first
	ageMost   = 0.10
)

// Interval returns the bounds between which the price lies on a day. A price of grade A is exact, B is meant
// to 3 %, C to 5 % and D to 15 %. When the source is older than 180 days every started 180 days after them
// add 2 %, to at most 10 %: AWS changes list prices seldom, but it does, and a row cannot know.
func (p Price) Interval(on time.Time) (low, high float64) {
	width := p.Grade.width()
	if late := p.age(on) - freshDays; late > 0 {
		periods := (late + freshDays - 1) / freshDays
		width += min(float64(periods)*agePoint, ageMost)
	}
	return p.USD * (1 - width), p.USD * (1 + width)
}

// age is the age of the source in whole days.
func (p Price) age(on time.Time) int { return int(on.Sub(p.Date).Hours() / 24) }

// counts are how many things a unit can be.
var counts = map[string]float64{"1k": 1e3, "10k": 1e4, "100k": 1e5, "1M": 1e6}

// things are what can be counted.
var things = []string{
	"hour", "month", Ratio,
	"GB", "GB-month", "IOPS-month", "MiBps-month",
	"vCPU-hour", "LCU-hour", "NLCU-hour", "ACU-hour", "RCU-hour", "WCU-hour",
	"request", "requests", "queries", "events", "invocations", "notifications", "received",
	"RRU", "WRU", "rWRU", "sRRU", "objects-month",
	"alarm-metric-month", "metric-month", "budget-month", "budget-day",
}

// parseUnit returns how many things a unit is.
func parseUnit(unit string) (float64, error) {
	per, thing := 1.0, unit
	if count, rest, cut := strings.Cut(unit, " "); cut {
		per, thing = counts[count], rest
	}
	if per == 0 || !slices.Contains(things, thing) {
		return 1, fmt.Errorf("unit: got %q, want a unit of the book such as hour or 1M requests (1k, 10k, 100k or 1M); "+
			"nearest are %s", unit, strings.Join(nearest(thing, things), ", "))
	}
	return per, nil
}
