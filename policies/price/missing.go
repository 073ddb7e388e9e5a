package price

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// missing says what is not there, what is near, and the way out.
func (b *Book) missing(service, key, region string) error {
	what := fmt.Sprintf("%s %q in %s", service, key, region)
	keys := b.keys(service)
	if len(keys) == 0 {
		return fmt.Errorf("%w of %s: got service %q, want one of %s; give the row in a price book of your own",
			ErrNoPrice, what, service, strings.Join(nearest(service, b.Services()), ", "))
	}
	if regions := b.regionsOf(service, key); len(regions) > 0 && !slices.Contains(regions, region) {
		return fmt.Errorf("%w of %s: got region %q, want one of %s; fetch it with "+
			"`ladder prices refresh --region %s --output FILE` and give FILE as your price book",
			ErrNoPrice, what, region, strings.Join(regions, ", "), region)
	}
	if of := b.families[family{service, key}]; of != nil && len(of.tiers()) > 0 {
		return fmt.Errorf("%w of %s: it depends on the quantity; ask for the charge of a quantity", ErrNoPrice, what)
	}
	return fmt.Errorf("%w of %s: got a key that the book does not have, nearest are %s; correct the key, or give the "+
		"row in a price book of your own", ErrNoPrice, what, strings.Join(nearest(key, keys), ", "))
}

// nearest returns the three names that are most like the one that was asked for, in quotes.
func nearest(asked string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, 0, len(names))
	for _, n := range names {
		distance := levenshtein.Distance(strings.ToLower(asked), strings.ToLower(n), nil)
		candidates = append(candidates, candidate{n, distance})
	}
	slices.SortStableFunc(candidates, func(x, y candidate) int { return cmp.Compare(x.distance, y.distance) })
	var quoted []string
	for _, c := range candidates[:min(3, len(candidates))] {
		quoted = append(quoted, fmt.Sprintf("%q", c.name))
	}
	return quoted
}
