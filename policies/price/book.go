package price

import (
	"bytes"
	_ "embed"
	"errors"
	"slices"
	"sync"
	"time"
)

//go:embed prices.csv
var embedded []byte

// Book is a set of prices. It does not change; what changes it returns a new one.
type Book struct {
	rows     []Price // in the order of the file
	at       map[name]int
	families map[family]*parts
}

// name identifies a row.
type name struct{ service, key, region string }

func (p Price) name() name { return name{p.Service, p.Key, p.Region} }

func newBook(rows []Price) *Book {
	b := &Book{rows: rows, at: make(map[name]int, len(rows)), families: map[family]*parts{}}
	for i, p := range rows {
		b.at[p.name()] = i
		b.addPart(p)
	}
	return b
}

// ErrNoPrice is in every error about a price that the book does not have.
var ErrNoPrice = errors.New("no price")

var embeddedBook = sync.OnceValues(func() (*Book, error) { return Read(bytes.NewReader(embedded)) })

// Default returns the book that is part of the program.
func Default() (*Book, error) { return embeddedBook() }

// Rows returns all rows in the order of the file, without those that Lookup derives.
func (b *Book) Rows() []Price { return slices.Clone(b.rows) }

// Services returns the services of the book, sorted.
func (b *Book) Services() []string {
	var services []string
	for _, p := range b.rows {
		services = append(services, p.Service)
	}
	slices.Sort(services)
	return slices.Compact(services)
}

// Lookup returns a price: the row itself, the row of a global service, or the row of a region that AWS prices
// alike; the last has grade D and says so in its source. Everything else is an error.
func (b *Book) Lookup(service, key, region string) (Price, error) {
	if p, found := b.find(service, key, region); found {
		return p, nil
	}
	return Price{}, b.missing(service, key, region)
}

func (b *Book) find(service, key, region string) (Price, bool) {
	for _, r := range []string{region, Global} {
		if i, found := b.at[name{service, key, r}]; found {
			return b.rows[i], true
		}
	}
	return b.derive(service, key, region)
}

// Overlay returns a book in which the rows of custom win: another price for the same thing, or a price for
// something new. A row for one region also changes what is derived from it.
func (b *Book) Overlay(custom *Book) *Book { return b.With(custom.rows...) }

// With is Overlay for single rows.
func (b *Book) With(custom ...Price) *Book {
	rows := slices.Clone(b.rows)
	for _, p := range custom {
		if i, found := b.at[p.name()]; found {
			rows[i] = p
		} else {
			rows = append(rows, p)
		}
	}
	return newBook(rows)
}

// Stale returns the rows whose source is more than so many days old on a day, oldest first.
func (b *Book) Stale(on time.Time, days int) []Price {
	var stale []Price
	for _, p := range b.rows {
		if p.age(on) > days {
			stale = append(stale, p)
		}
	}
	slices.SortStableFunc(stale, func(x, y Price) int { return x.Date.Compare(y.Date) })
	return stale
}

// each returns a book with every row changed by f.
func (b *Book) each(f func(Price) Price) *Book {
	rows := slices.Clone(b.rows)
	for i, p := range rows {
		rows[i] = f(p)
	}
	return newBook(rows)
}

// keys returns the keys of a service in all regions, sorted.
func (b *Book) keys(service string) []string {
	var keys []string
	for _, p := range b.rows {
		if p.Service == service {
			keys = append(keys, p.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
