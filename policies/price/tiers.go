package price

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Tier is a part of a quantity with a price of its own. Bounds count single things: GB, queries.
//
// The rows of tiers have keys that end in their place: "first 10 TB", "next 40 TB", "over 50 TB". A row
// "free 100 GB" is an allowance that comes before the first tier, as AWS's price list has it ("first 10 TB
// beyond the global free tier"). TB and PB are binary, because AWS's bounds are.
type Tier struct {
	From, To float64 // To is infinite in the last tier of most
	Price    Price
}

// Place is what the end of a key says about its tier.
type Place struct {
	Word string  // "first", "next", "over" or "free"; "" when the key has no tiers
	Size float64 // in single things
	Free bool    // an allowance
}

var sizes = map[string]float64{"k": 1e3, "M": 1e6, "B": 1e9, "GB": 1, "TB": 1024, "PB": 1024 * 1024, "": 1}

// Family splits a key into the family that Charge takes and its place in it.
func Family(key string) (string, Place) {
	for _, word := range []string{"first", "next", "over", "free"} {
		at := strings.LastIndex(key, " "+word+" ")
		if at < 0 {
			continue
		}
		text := key[at+len(word)+2:]
		digits := strings.TrimRight(text, " kMBGTP")
		number, err := strconv.ParseFloat(digits, 64)
		unit, known := sizes[strings.TrimSpace(text[len(digits):])]
		if err == nil && known && number > 0 && !math.IsInf(number, 0) {
			return key[:at], Place{Word: word, Size: number * unit, Free: word == "free"}
		}
	}
	return key, Place{}
}

// checkTier returns what is wrong with the row of an allowance.
func checkTier(p Price) error {
	if _, place := Family(p.Key); place.Free && p.USD != 0 {
		return fmt.Errorf("usd: got %g for %q, want 0: it is an allowance", p.USD, p.Key)
	}
	return nil
}

// Tiers returns the tiers of a family in order, the allowance first. A key without tiers has one.
func (b *Book) Tiers(service, key, region string) ([]Tier, error) {
	if p, found := b.find(service, key, region); found {
		return b.withAllowance(service, key, region, []Tier{{To: math.Inf(1), Price: p}}), nil
	}
	var (
		tiers []Tier
		last  *Price
		end   float64
	)
	for _, k := range b.families[family{service, key}].tiers() {
		p, found := b.find(service, k, region)
		if !found {
			continue
		}
		switch _, place := Family(k); place.Word {
		case "first", "next":
			tiers = append(tiers, Tier{From: end, To: end + place.Size, Price: p})
			end += place.Size
		case "over":
			if place.Size != end {
				return nil, fmt.Errorf("price book: %s %q: got a tier over %g, want it over %g, where the one before ends",
					service, k, place.Size, end)
			}
			last = &p
		}
	}
	if len(tiers) == 0 {
		return nil, b.missing(service, key, region)
	}
	if last != nil {
		tiers = append(tiers, Tier{From: end, To: math.Inf(1), Price: *last})
	}
	return b.withAllowance(service, key, region, tiers), nil
}

// family names the rows that share a key but for their place.
type family struct{ service, key string }

// parts are the keys of a family, each once.
type parts struct{ free, first, next, over []string }

// tiers returns the keys in order; those with "next" are in the order of the book.
func (p *parts) tiers() []string {
	if p == nil || len(p.first) == 0 {
		return nil
	}
	return slices.Concat(p.first, p.next, p.over)
}

// addPart files the key of a row under its family.
func (b *Book) addPart(p Price) {
	key, place := Family(p.Key)
	if place.Word == "" {
		return
	}
	of := b.families[family{p.Service, key}]
	if of == nil {
		of = &parts{}
		b.families[family{p.Service, key}] = of
	}
	list := map[string]*[]string{"free": &of.free, "first": &of.first, "next": &of.next, "over": &of.over}[place.Word]
	if !slices.Contains(*list, p.Key) { // another region has it too
		*list = append(*list, p.Key)
	}
}

// withAllowance puts a family's allowance before its tiers.
func (b *Book) withAllowance(service, key, region string, tiers []Tier) []Tier {
	of := b.families[family{service, key}]
	if of == nil {
		return tiers
	}
	for _, k := range of.free {
		p, found := b.find(service, k, region)
		if !found {
			continue
		}
		_, place := Family(k)
		for i := range tiers {
			tiers[i].From += place.Size
			tiers[i].To += place.Size
		}
		return append([]Tier{{To: place.Size, Price: p}}, tiers...)
	}
	return tiers
}

// Charge is what a quantity costs.
type Charge struct {
	USD   float64
	Lines []Line // one for each tier that is reached
}

// Line is the part of a charge that falls into one tier.
type Line struct {
	Price    Price
	Quantity float64 // single things: GB, requests
	USD      float64
}

// Charge prices a quantity, which counts single things, through the allowance and the tiers of a family; a key
// without tiers has one price. An allowance is given once for an account: regions that are derived from
// another have none.
func (b *Book) Charge(service, key, region string, quantity float64) (Charge, error) {
	if quantity < 0 || math.IsNaN(quantity) || math.IsInf(quantity, 0) {
		return Charge{}, fmt.Errorf("charge of %s %q in %s: got the quantity %g, want zero or more",
			service, key, region, quantity)
	}
	tiers, err := b.Tiers(service, key, region)
	if err != nil {
		return Charge{}, err
	}
	var charge Charge
	for _, tier := range tiers {
		if tier.Price.Unit == Ratio {
			return Charge{}, fmt.Errorf("%w of %s %q in %s: the row is a share, not a price; use Lookup",
				ErrNoPrice, service, key, region)
		}
		inside := min(quantity, tier.To) - tier.From
		if inside <= 0 && len(charge.Lines) > 0 {
			break
		}
		line := Line{Price: tier.Price, Quantity: inside, USD: tier.Price.Of(inside)}
		charge.Lines = append(charge.Lines, line)
		charge.USD += line.USD
	}
	if end := tiers[len(tiers)-1].To; quantity > end {
		return Charge{}, fmt.Errorf("%w of %s %q in %s above %.0f: got the quantity %.0f; give a row %q in a price book "+
			"of your own", ErrNoPrice, service, key, region, end, quantity, key+" over ...")
	}
	return charge, nil
}
