package bulk

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/policies/price"
)

// want is a row of the book that is looked for in a file.
type want struct {
	price.Price // as the book has it; its region is the one that is looked for
	product
	from   float64 // where its tier starts
	tiered bool

	found []candidate
	no    string // why a row that fits could not be taken
}

// candidate is a price that fits.
type candidate struct {
	from, usd float64
	sku       string
}

// head is what the lines above the columns say.
type head struct {
	Offer     string
	Version   string
	Published time.Time
}

// The columns that every file has.
var always = []string{
	"SKU", "TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "usageType",
}

// headLines is at most how many lines stand above the columns; there are five.
const headLines = 10

// readHead reads the lines above the columns, and returns where each column is.
func readHead(in *csv.Reader) (head, map[string]int, error) {
	var h head
	for range headLines {
		fields, err := in.Read()
		if err != nil {
			return h, nil, cutOff(err)
		}
		if fields[0] == "SKU" {
			at, err := columns(fields)
			if err == nil && (h.Offer == "" || h.Published.IsZero()) {
				err = errors.New("got no OfferCode or no Publication Date, want both above the columns")
			}
			in.FieldsPerRecord = len(fields)
			return h, at, err
		}
		if len(fields) != 2 {
			break
		}
		if err := h.set(fields[0], fields[1]); err != nil {
			return h, nil, err
		}
	}
	return h, nil, errors.New("got no line of columns, want a file of the AWS price list: index.csv")
}

func (h *head) set(name, value string) error {
	switch name {
	case "FormatVersion":
		if value != "v1.0" {
			return fmt.Errorf("got format %q, want v1.0; update ladder", value)
		}
	case "OfferCode":
		h.Offer = value
	case "Version":
		h.Version = value
	case "Publication Date":
		published, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return fmt.Errorf("publication date: %w", err)
		}
		h.Published = published
	}
	return nil
}

func columns(fields []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range fields {
		at[name] = i
	}
	for _, name := range always {
		if _, has := at[name]; !has {
			return nil, fmt.Errorf("got no column %q, want it: the format has changed; update ladder", name)
		}
	}
	return at, nil
}

// scan reads a file to its end and gives the wants what fits. It keeps one line in memory.
func scan(in *csv.Reader, at map[string]int, region string, wants []*want) error {
	byUsage := map[string][]*want{}
	for _, w := range wants {
		w.found, w.no = nil, ""
		byUsage[w.usage] = append(byUsage[w.usage], w)
		for column := range w.where {
			if _, has := at[column]; !has {
				return fmt.Errorf("got no column %q, want it for %s: the format has changed; update ladder", column, w.Key)
			}
		}
	}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cutOff(err)
		}
		r := record{fields, at}
		fits := byUsage[r.get("usageType")]
		if fits == nil {
			fits = byUsage[withoutRegion(r.get("usageType"), region)]
		}
		for _, w := range fits {
			if r.inRegion(region) && r.fits(w.where) {
				w.take(r)
			}
		}
	}
}

// cutOff names the usual reason of a line that cannot be read.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, csv.ErrFieldCount) || errors.Is(err, csv.ErrQuote) {
		return fmt.Errorf("%w: %w", io.ErrUnexpectedEOF, err)
	}
	return err
}

// record is a line of a file.
type record struct {
	fields []string
	at     map[string]int
}

func (r record) get(column string) string {
	if i, has := r.at[column]; has {
		return r.fields[i]
	}
	return ""
}

// inRegion is false for local zones and wavelength zones, which are in the file of their region.
func (r record) inRegion(region string) bool {
	for _, column := range []string{"Location Type", "From Location Type"} {
		if kind := r.get(column); kind != "" && kind != "AWS Region" && region != price.Global {
			return false
		}
	}
	for _, column := range []string{"Region Code", "From Region Code"} {
		if code := r.get(column); code != "" && code != region && region != price.Global {
			return false
		}
	}
	return true
}

func (r record) fits(where map[string]string) bool {
	for column, values := range where {
		if !slices.Contains(strings.Split(values, "|"), r.get(column)) {
			return false
		}
	}
	return true
}

// withoutRegion cuts the prefix of a region: USE1-, EU- or us-east-1-.
func withoutRegion(usage, region string) string {
	if rest, cut := strings.CutPrefix(usage, region+"-"); cut {
		return rest
	}
	prefix, rest, cut := strings.Cut(usage, "-")
	if cut && len(prefix) >= 2 && len(prefix) <= 4 && strings.ToUpper(prefix) == prefix {
		return rest
	}
	return usage
}

// take keeps the price of a line that fits, or why it cannot.
func (w *want) take(r record) {
	if term := r.get("TermType"); term != "OnDemand" {
		w.refuse("got only the term %s, want OnDemand", term)
		return
	}
	if currency := r.get("Currency"); currency != "USD" {
		w.refuse("got the currency %s, want USD", currency)
		return
	}
	per, thing := w.Per(), w.Unit[strings.LastIndex(w.Unit, " ")+1:]
	scale, known := unitsOf[thing][strings.ToLower(r.get("Unit"))]
	if !known {
		w.refuse("got the unit %q, want one that means %s", r.get("Unit"), w.Unit)
		return
	}
	usd, err := strconv.ParseFloat(r.get("PricePerUnit"), 64)
	from, errFrom := strconv.ParseFloat(r.get("StartingRange"), 64)
	if err != nil || errFrom != nil || usd < 0 {
		w.refuse("got the price %q from %q on, want numbers", r.get("PricePerUnit"), r.get("StartingRange"))
		return
	}
	w.found = append(w.found, candidate{from: from, usd: usd / scale * per, sku: strings.Clone(r.get("SKU"))})
}

// refuse keeps the first reason; a row of the same product may still fit.
func (w *want) refuse(format string, args ...any) {
	if w.no == "" {
		w.no = fmt.Sprintf(format, args...)
	}
}
