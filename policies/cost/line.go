package cost

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/policies/price"
)

// charge adds a line: a quantity at a price, times factors such as the I/O-Optimized surcharge. What is priced by the
// hour runs all month.
func (e *estimator) charge(it *item, kind Kind, what string, quantity Amount, p price.Price, factors ...float64) {
	parts := []string{plain(quantity.Expected / p.Per())}
	if quantity.Expected == 1 && p.Per() == 1 {
		parts = nil
	}
	usd := quantity.times(p.USD / p.Per())
	for _, factor := range factors {
		usd = usd.times(factor)
		parts = append(parts, plain(factor))
	}
	parts = append(parts, strconv.FormatFloat(p.USD, 'f', -1, 64))
	if strings.HasSuffix(p.Unit, "hour") {
		usd = usd.times(hoursPerMonth)
		parts = append(parts, strconv.Itoa(hoursPerMonth))
	}
	arithmetic := strings.Join(parts, " x ")
	if !quantity.fixed() {
		arithmetic += fmt.Sprintf(" (%s to %s)", plain(quantity.Min), plain(quantity.Max))
	}
	low, high := p.Interval(e.on)
	interval := Interval{usd.Expected, usd.Expected}
	if p.USD > 0 {
		interval = Interval{usd.Expected * low / p.USD, usd.Expected * high / p.USD}
	}
	e.bill.Lines = append(e.bill.Lines, Line{
		Component: it.component, URN: it.URN, Item: what, Kind: kind, Arithmetic: arithmetic,
		Amount: usd, Interval: interval, Prices: []price.Price{p},
	})
}

// fixed adds a line for a price that the book has, or a note that it has none.
func (e *estimator) fixed(it *item, what, service, key string, quantity Amount, factors ...float64) {
	if p, ok := e.rate(it, service, key); ok {
		e.charge(it, Fixed, what, quantity, p, factors...)
	}
}

// tariff is what several resources fill together, because its allowance and its tiers count for all of them.
type tariff struct {
	kind         Kind
	item         string
	service, key string
}

// dial is a tariff in a region.
type dial struct {
	tariff
	region string
}

// meter adds up what the resources fill in.
type meter struct {
	dial
	parts []part
	total Amount
}

type part struct {
	it       *item
	quantity Amount
}

// meter adds a resource's part to the meter of its region.
func (e *estimator) meter(it *item, t tariff, quantity Amount) {
	d := dial{t, it.region}
	m := e.byDial[d]
	if m == nil {
		m = &meter{dial: d}
		e.byDial[d], e.meters = m, append(e.meters, m)
	}
	m.total = m.total.plus(quantity)
	if last := len(m.parts) - 1; last >= 0 && m.parts[last].it == it {
		m.parts[last].quantity = m.parts[last].quantity.plus(quantity)
		return
	}
	m.parts = append(m.parts, part{it, quantity})
}

// settleMeters prices what was counted and divides it by what each resource filled in.
func (e *estimator) settleMeters() {
	for _, m := range e.meters {
		least, errLeast := e.book.Charge(m.service, m.key, m.region, m.total.Min)
		expected, errExpected := e.book.Charge(m.service, m.key, m.region, m.total.Expected)
		most, errMost := e.book.Charge(m.service, m.key, m.region, m.total.Max)
		if err := cmp.Or(errMost, errExpected, errLeast); err != nil {
			for _, p := range m.parts {
				e.unpriced(p.it, m.item+": "+err.Error())
			}
			continue
		}
		for _, p := range m.parts {
			e.bill.Lines = append(e.bill.Lines, e.share(m, p, Amount{least.USD, expected.USD, most.USD}, expected))
		}
	}
}

func (e *estimator) share(m *meter, p part, usd Amount, expected price.Charge) Line {
	portion := func(quantity, total float64) float64 {
		if total == 0 {
			return 0
		}
		return quantity / total
	}
	share := portion(p.quantity.Expected, m.total.Expected)
	line := Line{
		Component: p.it.component, URN: p.it.URN, Item: m.item, Kind: m.kind, Arithmetic: tiers(expected),
		Amount: Amount{
			usd.Min * portion(p.quantity.Min, m.total.Min),
			usd.Expected * share,
			usd.Max * portion(p.quantity.Max, m.total.Max),
		},
	}
	if len(m.parts) > 1 {
		line.Arithmetic = fmt.Sprintf("(%s) x %s of %s", line.Arithmetic,
			plain(p.quantity.Expected), plain(m.total.Expected))
	}
	for _, tier := range expected.Lines {
		low, high := tier.Price.Interval(e.on)
		if tier.Price.USD > 0 {
			line.Interval.Low += share * tier.USD * low / tier.Price.USD
			line.Interval.High += share * tier.USD * high / tier.Price.USD
		}
		line.Prices = append(line.Prices, tier.Price)
	}
	return line
}

// tiers writes a charge out, e.g. "100 free + 812 x 0.09".
func tiers(c price.Charge) string {
	var parts []string
	for _, line := range c.Lines {
		if _, place := price.Family(line.Price.Key); place.Free {
			parts = append(parts, plain(line.Quantity/line.Price.Per())+" free")
			continue
		}
		usd := strconv.FormatFloat(line.Price.USD, 'f', -1, 64)
		parts = append(parts, plain(line.Quantity/line.Price.Per())+" x "+usd)
	}
	return strings.Join(parts, " + ")
}

// plain writes a number with as many digits as a reader needs.
func plain(value float64) string {
	switch size := math.Abs(value); {
	case size >= 1000:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case size >= 10:
		return strconv.FormatFloat(math.Round(value*10)/10, 'f', -1, 64)
	case size >= 1:
		return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64)
	default:
		return strconv.FormatFloat(value, 'g', 3, 64)
	}
}
