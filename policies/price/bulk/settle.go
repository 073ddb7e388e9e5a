package bulk

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/ladder-iac/ladder/policies/price"
)

// settle chooses among the prices that fit and returns the new row, or why there is none.
func (w *want) settle(h head) (price.Price, string) {
	if len(w.found) == 0 {
		if w.no != "" {
			return price.Price{}, w.no
		}
		return price.Price{}, fmt.Sprintf("got no usage type %s in offer %s", w.usage, w.offer)
	}
	start := w.from
	if !w.tiered {
		start = w.firstPaid()
	}
	var chosen []candidate
	var starts []string
	for _, c := range w.found {
		starts = append(starts, strconv.FormatFloat(c.from, 'f', -1, 64))
		if c.from == start {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		slices.Sort(starts)
		return price.Price{}, fmt.Sprintf("got tiers from %v, want one from %.0f", slices.Compact(starts), start)
	}
	for _, c := range chosen[1:] {
		if c.usd != chosen[0].usd {
			return price.Price{}, fmt.Sprintf("got two prices, %g (%s) and %g (%s), want one",
				chosen[0].usd, chosen[0].sku, c.usd, c.sku)
		}
	}
	if chosen[0].usd == 0 && w.USD > 0 {
		return price.Price{}, fmt.Sprintf("got the price 0 (%s), want what the book has, more than 0", chosen[0].sku)
	}
	p := w.Price
	p.USD = tidy(chosen[0].usd)
	p.Grade = price.A
	p.Source = fmt.Sprintf("AWS Price List Bulk API, offer %s version %s, SKU %s", h.Offer, h.Version, chosen[0].sku)
	p.Date = h.Published.UTC().Truncate(24 * 60 * 60 * 1e9)
	return p, ""
}

// firstPaid is where the first range with a price starts: some products begin with a free one.
func (w *want) firstPaid() float64 {
	start := math.Inf(1)
	for _, c := range w.found {
		if c.usd > 0 {
			start = min(start, c.from)
		}
	}
	if math.IsInf(start, 1) {
		return w.found[0].from
	}
	return start
}

// tidy takes off what the conversion of units added: 0.19999999999999998 for 0.2.
func tidy(usd float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(usd, 'g', 12, 64), 64) // a number stays one
	return rounded
}
