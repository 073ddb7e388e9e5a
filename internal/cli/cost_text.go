package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// figure is a row of what a stack does, beside what is wanted of it.
type figure struct{ name, value, wanted, note string }

func (e *estimate) figures() []figure {
	b, l := e.bill, e.limits
	peak := qps(e.load.PeakQPS)
	within := fmt.Sprintf("%s the band of phase %d", e.within(), e.phase.Number)
	mean := e.load.MeanQPS()
	list := []figure{
		{"USD a month", dollars(b.Total.Expected), e.band(), within},
		{"  fixed, and by the traffic", dollars(b.Fixed.Expected) + " + " + dollars(b.Usage.Expected), "", ""},
		{"  by the size of what grows", dollars(b.Total.Min) + " to " + dollars(b.Total.Max), "", ""},
		{"  by the quality of prices", dollars(b.Interval.Low) + " to " + dollars(b.Interval.High), "", ""},
		{"Mean requests/s that the band pays for", qps(e.breakEven), qps(mean), judge(e.breakEven, mean)},
		{"Peak requests/s", qps(l.QPS), peak, judge(l.QPS, e.load.PeakQPS) + "; limited by " + l.Tightest},
	}
	if e.phase.Zones > 1 {
		list = append(list, figure{"  with a zone gone", qps(l.WithoutZone), peak, judge(l.WithoutZone, e.load.PeakQPS)})
	}
	if l.WithoutCache != l.QPS {
		list = append(list, figure{"  with the cache gone", qps(l.WithoutCache), peak, judge(l.WithoutCache, e.load.PeakQPS)})
	}
	return append(list, figure{
		"Availability on paper, %", percent(e.promise.Percent), percent(e.phase.Availability),
		judge(e.promise.Percent, e.phase.Availability),
	})
}

func (e *estimate) band() string {
	return thousands(e.phase.BudgetMinUSD) + " to " + thousands(e.phase.BudgetMaxUSD)
}

// remarks are what stands below the figures, a line each.
func (e *estimate) remarks() []string {
	lines := append([]string{}, e.promise.Missing...)
	lines = append(lines, fmt.Sprintf("parts: %d free, %d without a price", len(e.bill.Free), len(e.bill.Unpriced)))
	if count := len(e.bill.Unknown); count > 0 {
		lines = append(lines, fmt.Sprintf("%d inputs are known only after an update and taken at an upper bound", count))
	}
	return lines
}

func judge(has, wanted float64) string {
	if has < wanted {
		return "too low"
	}
	return "enough"
}

func (o *costOptions) printCost(e *estimate) error {
	header, rows := e.componentTable()
	text := o.renderTable(header, rows, alignRight(1, 2, 3, 4, 5), o.OutColor) + "\n"
	figures := make([][]string, 0, len(e.figures()))
	for _, f := range e.figures() {
		figures = append(figures, []string{f.name, f.value, f.wanted, f.note})
	}
	text += o.renderTable([]string{e.stack, "Has", "Wants", ""}, figures, alignRight(1, 2), o.OutColor)
	return o.print(text + "\n" + strings.Join(e.remarks(), "\n") + "\n")
}

func (e *estimate) componentTable() (header []string, rows [][]string) {
	for _, c := range e.components() {
		rows = append(rows, []string{
			c.Component, dollars(c.Fixed), dollars(c.Usage), dollars(c.Min), dollars(c.Expected), dollars(c.Max),
		})
	}
	b := e.bill
	rows = append(rows, []string{
		"all", dollars(b.Fixed.Expected), dollars(b.Usage.Expected),
		dollars(b.Total.Min), dollars(b.Total.Expected), dollars(b.Total.Max),
	})
	return []string{"Component", "Fixed", "Usage", "Least", "Expected", "Most"}, rows
}

func (o *costOptions) printLines(e *estimate) error {
	var rows [][]string
	for _, l := range e.lines() {
		rows = append(rows, []string{l.Resource, l.Item, l.Kind, dollars(l.Expected), l.Arithmetic})
	}
	for _, n := range notes(e.bill.Unpriced) {
		rows = append(rows, []string{n.Resource, n.Type, "no price", "", n.Reason})
	}
	table := o.renderTable([]string{"Resource", "Item", "Kind", "USD", "Arithmetic"}, rows, alignRight(3), o.OutColor)
	return o.print(table + "\n")
}

func (e *estimate) markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: %s USD a month, %s the band of %s\n\n",
		e.stack, dollars(e.bill.Total.Expected), e.within(), e.band())
	header, rows := e.componentTable()
	text.WriteString(markdownTable(header, rows, len(header)) + "\n")
	var figures [][]string
	for _, f := range e.figures() {
		figures = append(figures, []string{strings.TrimSpace(f.name), f.value, f.wanted, f.note})
	}
	text.WriteString(markdownTable([]string{"", "Has", "Wants", ""}, figures, 3) + "\n")
	for _, line := range e.remarks() {
		text.WriteString("- " + line + "\n")
	}
	for _, n := range notes(e.bill.Unpriced) {
		fmt.Fprintf(&text, "- **no price**: `%s`: %s\n", n.Resource, n.Reason)
	}
	return text.String()
}

// markdownTable aligns the columns between the first one and end to the right.
func markdownTable(header []string, rows [][]string, end int) string {
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
		if i > 0 && i < end {
			rule[i] = "---:"
		}
	}
	var text strings.Builder
	for _, row := range append([][]string{header, rule}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return text.String()
}

// dollars writes an amount: 1,234.50.
func dollars(usd float64) string {
	cents := int(math.Round(math.Abs(usd) * 100))
	text := fmt.Sprintf("%s.%02d", thousands(cents/100), cents%100)
	if usd < 0 && cents > 0 {
		return "-" + text
	}
	return text
}

// signed is an amount that comes on top, or falls away.
func signed(usd float64) string {
	if text := dollars(usd); !strings.HasPrefix(text, "-") {
		return "+" + text
	}
	return dollars(usd)
}

func qps(value float64) string {
	if value < 100 {
		return strconv.FormatFloat(math.Round(value*10)/10, 'f', -1, 64)
	}
	return thousands(int(math.Round(value)))
}

// percent keeps three digits and rounds down: what is not reached is not shown as if it were.
func percent(value float64) string {
	return strconv.FormatFloat(math.Floor(value*1000+1e-6)/1000, 'f', -1, 64)
}
