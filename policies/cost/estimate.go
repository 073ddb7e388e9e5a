package cost

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/price"
)

// pricer prices a resource of one type: it adds lines, or a note that says why there are none.
type pricer func(e *estimator, it *item)

// pricers are the types that cost something.
var pricers = merge(compute, storage, databases, caches, network, edge, watch, containers)

func merge(tables ...map[string]pricer) map[string]pricer {
	all := map[string]pricer{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}

// estimator is what the pricers share.
type estimator struct {
	*system
	book   *price.Book
	on     time.Time
	bill   *Bill
	rows   map[row]found
	meters []*meter
	byDial map[dial]*meter
	metric map[string]bool // own metrics that are counted
}

// row names a price.
type row struct{ service, key, region string }

type found struct {
	price price.Price
	err   error
}

// Estimate returns the bill of a month for the resources of a phase under a load. It fails when the traffic makes no
// sense, when a resource has no region, and when the book does not have a region; a missing price alone is no error,
// but an entry in Unpriced.
func Estimate(
	resources []graph.Resource, t traffic.Model, p phase.Phase, book *price.Book, on time.Time,
) (*Bill, error) {
	e, err := estimate(resources, t, p, book, on)
	if err != nil {
		return nil, err
	}
	return e.bill, nil
}

func estimate(
	resources []graph.Resource, t traffic.Model, p phase.Phase, book *price.Book, on time.Time,
) (*estimator, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if book == nil {
		return nil, errors.New("no price book; price.Default() is the one that comes with Ladder")
	}
	e := &estimator{
		system: survey(newIndex(resources), t, p), book: book, on: on,
		bill: &Bill{
			Phase: p.Number, Traffic: t, Lines: []Line{}, Free: []Note{}, Unpriced: []Note{}, Unknown: []Note{},
		},
		rows: map[row]found{}, byDial: map[dial]*meter{}, metric: map[string]bool{},
	}
	if err := e.checkRegions(); err != nil {
		return nil, err
	}
	for _, it := range e.items {
		if custom(it.Type) {
			e.price(it)
		}
	}
	e.settleMeters()
	e.bill.settle()
	return e, nil
}

func (e *estimator) price(it *item) {
	if price, known := pricers[it.Type]; known {
		price(e, it)
		return
	}
	if why, known := freeTypes[it.Type]; known {
		e.free(it, why)
		return
	}
	for prefix, why := range freePrefixes {
		if strings.HasPrefix(it.Type, prefix) {
			e.free(it, why)
			return
		}
	}
	e.unpriced(it, "Ladder has no rule for this type; add one to policies/cost, or waive it with its price")
}

// checkRegions finds resources without a region, and regions without prices, before anything is priced.
func (e *estimator) checkRegions() error {
	known := map[string]bool{}
	for _, p := range e.book.Rows() {
		known[p.Region] = true
	}
	var problems []error
	for _, it := range e.items {
		if !strings.HasPrefix(it.Type, "aws:") || pricers[it.Type] == nil {
			continue
		}
		if it.region == "" {
			problems = append(problems, fmt.Errorf("%q has no region: its provider %q is not among the resources or has "+
				"no region in its inputs; give the provider's resource, too", it.Name, it.Options.Provider))
			continue
		}
		if known[it.region] {
			continue
		}
		// AWS prices some regions alike; the book knows which.
		if _, err := e.book.Lookup("vpc", "PublicIPv4:InUseAddress", it.region); err != nil {
			problems = append(problems, fmt.Errorf("region %q of %q: %w", it.region, it.Name, err))
		}
		known[it.region] = true // said once
	}
	return errors.Join(problems...)
}

// rate returns a price in a resource's region. One that is missing is noted as unpriced.
func (e *estimator) rate(it *item, service, key string) (price.Price, bool) {
	p, err := e.lookup(service, key, it.region)
	if err != nil {
		e.unpriced(it, err.Error())
		return price.Price{}, false
	}
	return p, true
}

func (e *estimator) lookup(service, key, region string) (price.Price, error) {
	r := row{service, key, region}
	f, seen := e.rows[r]
	if !seen {
		f.price, f.err = e.book.Lookup(service, key, region)
		e.rows[r] = f
	}
	return f.price, f.err
}

func (e *estimator) note(it *item, why string) Note {
	return Note{Component: it.component, URN: it.URN, Type: it.Type, Reason: why}
}

func (e *estimator) free(it *item, why string) { e.bill.Free = append(e.bill.Free, e.note(it, why)) }

func (e *estimator) unpriced(it *item, why string) {
	e.bill.Unpriced = append(e.bill.Unpriced, e.note(it, why))
}

// unknown notes that an input is known only after an update and what it was taken for.
func (e *estimator) unknown(it *item, input string, bound any) {
	e.bill.Unknown = append(e.bill.Unknown, e.note(it, fmt.Sprintf("%s is not known yet; taken as %v", input, bound)))
}

// number reads an input that has an upper bound; absent is what AWS takes when it is not given.
func (e *estimator) number(it *item, absent, bound float64, path ...string) float64 {
	value, known := number(it.Inputs, absent, path...)
	if !known {
		e.unknown(it, strings.Join(path, "."), bound)
		return bound
	}
	return value
}

// text reads an input; bound is the dearest that it can be.
func (e *estimator) text(it *item, bound string, path ...string) string {
	value, known := text(it.Inputs, path...)
	if !known {
		e.unknown(it, strings.Join(path, "."), bound)
		return bound
	}
	return value
}

// flag reads an input that costs when it is set.
func (e *estimator) flag(it *item, path ...string) bool {
	set, known := flag(it.Inputs, path...)
	if !known {
		e.unknown(it, strings.Join(path, "."), true)
	}
	return set || !known
}

// class reads an instance type; one that is not known is the dearest that the book has.
func (e *estimator) class(it *item, service, prefix string, path ...string) (string, bool) {
	value, known := text(it.Inputs, path...)
	if known {
		return value, true
	}
	var dearest price.Price
	for _, p := range e.book.Rows() {
		if p.Service == service && strings.HasPrefix(p.Key, prefix) && p.USD > dearest.USD {
			dearest = p
		}
	}
	value = strings.TrimPrefix(dearest.Key, prefix)
	e.unknown(it, strings.Join(path, "."), value)
	return value, value != ""
}
