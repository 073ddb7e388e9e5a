// Package bulk reads AWS's public price list, the files that need no account, into a price book. It is the
// only part of the price book that uses the network.
//
//	result, err := bulk.Refresh(ctx, bulk.Options{Book: book, Region: "eu-west-1"})
//
// The file of EC2 has hundreds of megabytes for each region: files are read line by line, and only what fits a
// row of the book is kept.
package bulk

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/policies/price"
)

// homeRegion is the one with which global services are refreshed.
const homeRegion = "us-east-1"

// attempts is how often a file is tried; the pause doubles each time.
const attempts = 4

// Options say what to refresh, from where.
type Options struct {
	Book     *price.Book
	Region   string
	From     string         // URL, folder or single file; DefaultFrom when empty
	Client   *http.Client   // NewClient when nil
	Stall    time.Duration  // a download that stands still for so long is tried again; 1 minute when 0
	Pause    time.Duration  // before the second attempt; 1 second when 0
	Progress func(Progress) // may be nil
}

// Progress says how far the refresh is.
type Progress struct {
	Offer       string
	Index       int // from 1
	Offers      int
	Read, Size  int64  // bytes; Size is -1 when unknown
	Interrupted string // why the file is tried again
}

// Offer is a file that was read.
type Offer struct {
	Code      string
	Version   string
	Published time.Time
}

// Change is a row with another price, or a new row.
type Change struct {
	Old *price.Price // nil when the book had none
	New price.Price
}

// Kept is a row that the price list did not give.
type Kept struct {
	price.Price      // what the book has, or the row of another region when it has none for this
	Has         bool // the book has a price for the region
	Reason      string
}

// Result is a refreshed book and how it differs.
type Result struct {
	Book    *price.Book
	Offers  []Offer
	Changed []Change
	Same    int // rows with the same price as before, now of grade A and of the new date
	Kept    []Kept
}

// Refresh reads every file that the rows of the book are in and returns a book with the prices of one region.
// Rows that are not found stay as they are. Services with one price for the world are read with us-east-1.
func Refresh(ctx context.Context, o Options) (*Result, error) {
	if o.From == "" {
		o.From = DefaultFrom
	}
	if o.Client == nil {
		o.Client = NewClient()
	}
	if o.Stall == 0 {
		o.Stall = time.Minute
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	result := &Result{}
	byOffer, kept := o.wants()
	if strings.HasSuffix(o.From, ".csv") {
		h, err := o.headOnly(ctx)
		if err != nil {
			return nil, err
		}
		if byOffer[h.Offer] == nil {
			return nil, fmt.Errorf("%s: got offer %s, want one that the book has rows of: %s",
				o.From, h.Offer, strings.Join(slices.Sorted(maps.Keys(byOffer)), ", "))
		}
		byOffer, kept = map[string][]*want{h.Offer: byOffer[h.Offer]}, nil
	}
	result.Kept = kept
	offers := slices.Sorted(maps.Keys(byOffer))
	var absent []error
	var rows []price.Price
	for i, offer := range offers {
		wants := byOffer[offer]
		h, err := o.readOffer(ctx, offer, wants, Progress{Offer: offer, Index: i + 1, Offers: len(offers)})
		if errors.Is(err, errNotThere) {
			absent = append(absent, err)
			for _, w := range wants {
				result.keep(o.Book, w, "no file for offer "+offer+" in "+o.Region)
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("offer %s: %w", offer, err)
		}
		result.Offers = append(result.Offers, Offer{h.Offer, h.Version, h.Published})
		rows = append(rows, result.settle(o.Book, h, wants)...)
	}
	if len(result.Offers) == 0 {
		return nil, fmt.Errorf("price list of %s in %s: no file of any offer; check the region and the place:\n%w",
			o.Region, o.From, errors.Join(absent...))
	}
	result.Book = o.Book.With(rows...)
	return result, nil
}

// wants lists what is looked for in each file, and the rows that no file has.
func (o *Options) wants() (map[string][]*want, []Kept) {
	byOffer, kept := map[string][]*want{}, []Kept(nil)
	for _, p := range o.templates() {
		family, place := price.Family(p.Key)
		product, known := productOf(p.Service, family)
		_, err := o.Book.Lookup(p.Service, p.Key, p.Region)
		switch {
		case place.Free:
			kept = append(kept, Kept{p, err == nil, "an allowance, which is not in the price list"})
		case p.Unit == price.Ratio:
			kept = append(kept, Kept{p, err == nil, "a share, which is not in the price list"})
		case !known:
			kept = append(kept, Kept{p, err == nil, "ladder does not know where it is in the price list"})
		default:
			from := o.start(p, family)
			byOffer[product.offer] = append(byOffer[product.offer],
				&want{Price: p, product: product, from: from, tiered: place.Word != ""})
		}
	}
	return byOffer, kept
}

// templates returns each row of the book once, in the region that is refreshed.
func (o *Options) templates() []price.Price {
	var templates []price.Price
	seen := map[[2]string]bool{}
	for _, p := range o.Book.Rows() {
		name := [2]string{p.Service, p.Key}
		if p.Region == price.Global && o.Region != homeRegion || seen[name] {
			continue
		}
		seen[name] = true
		if p.Region != price.Global {
			p.Region = o.Region
		}
		if known, err := o.Book.Lookup(p.Service, p.Key, p.Region); err == nil {
			p = known
		}
		templates = append(templates, p)
	}
	return templates
}

// start is where the tier of a row begins in the price list, which counts without allowances.
func (o *Options) start(p price.Price, family string) float64 {
	for _, row := range o.Book.Rows() {
		if row.Service != p.Service || row.Key != p.Key {
			continue
		}
		tiers, err := o.Book.Tiers(p.Service, family, row.Region)
		if err != nil {
			continue
		}
		free := 0.0
		for _, tier := range tiers {
			if _, place := price.Family(tier.Price.Key); place.Free {
				free = place.Size
			}
			if tier.Price.Key == p.Key {
				return tier.From - free
			}
		}
	}
	return 0
}

// headOnly reads what a single file is.
func (o *Options) headOnly(ctx context.Context) (head, error) {
	f, err := o.open(ctx, "")
	if err != nil {
		return head{}, err
	}
	defer func() { _ = f.Close() }() // only read
	h, _, err := readHead(reader(f))
	if err != nil {
		return head{}, fmt.Errorf("%s: %w", f.name, err)
	}
	return h, nil
}

func reader(f *file) *csv.Reader {
	in := csv.NewReader(f)
	in.ReuseRecord = true
	in.FieldsPerRecord = -1 // readHead sets it: the lines above the columns are short
	return in
}

// settle sorts the wants of an offer into what changed, what stayed and what was not found.
func (r *Result) settle(book *price.Book, h head, wants []*want) []price.Price {
	var rows []price.Price
	for _, w := range wants {
		p, no := w.settle(h)
		if no != "" {
			r.keep(book, w, no)
			continue
		}
		rows = append(rows, p)
		old, err := book.Lookup(p.Service, p.Key, p.Region)
		switch {
		case err != nil:
			r.Changed = append(r.Changed, Change{New: p})
		case old.USD != p.USD:
			r.Changed = append(r.Changed, Change{Old: &old, New: p})
		default:
			r.Same++
		}
	}
	return rows
}

func (r *Result) keep(book *price.Book, w *want, reason string) {
	_, err := book.Lookup(w.Service, w.Key, w.Region)
	r.Kept = append(r.Kept, Kept{Price: w.Price, Has: err == nil, Reason: reason})
}
