package price

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// columns are the first line of a book.
var columns = []string{"service", "usage_type_or_key", "region", "unit", "usd", "source", "source_date"}

// Read reads a book: CSV with the columns of prices.csv; lines that start with # are comments. A source starts
// with its grade, as in "[A] AWS price list"; a date is 2026-09-24. The error names every mistake, one a line.
func Read(r io.Reader) (*Book, error) {
	in := csv.NewReader(r)
	in.Comment = '#'
	in.FieldsPerRecord = -1 // counted here, so that one wrong line does not hide the others
	header, err := in.Read()
	if err != nil || !slices.Equal(header, columns) {
		return nil, fmt.Errorf("price book: line 1: got %q, want the columns %s", strings.Join(header, ","),
			strings.Join(columns, ","))
	}
	var (
		rows  []Price
		errs  []error
		lines = map[name]int{}
	)
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, is := errors.AsType[*csv.ParseError](err); is {
			errs = append(errs, fmt.Errorf("line %d: got %w, want CSV with \" around texts with commas", bad.Line, bad.Err))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("price book: %w", err)
		}
		line, _ := in.FieldPos(0)
		p, mistakes := parse(fields)
		if first, twice := lines[p.name()]; twice && len(mistakes) == 0 {
			mistakes = append(mistakes, fmt.Errorf("got %s %q in %s again, first on line %d; keep one",
				p.Service, p.Key, p.Region, first))
		}
		for _, mistake := range mistakes {
			errs = append(errs, fmt.Errorf("line %d: %w", line, mistake))
		}
		lines[p.name()] = line
		rows = append(rows, p)
	}
	switch len(errs) {
	case 0:
		return newBook(rows), nil
	case 1:
		return nil, fmt.Errorf("price book: %w", errs[0])
	}
	return nil, fmt.Errorf("price book: %d mistakes\n%w", len(errs), errors.Join(errs...))
}

// parse makes a price of the fields of a line and returns every mistake in them.
func parse(fields []string) (Price, []error) {
	if len(fields) != len(columns) {
		return Price{}, []error{fmt.Errorf("got %d fields, want %d: %s",
			len(fields), len(columns), strings.Join(columns, ","))}
	}
	var errs []error
	for i, field := range fields {
		fields[i] = strings.TrimSpace(field)
		if fields[i] == "" {
			errs = append(errs, fmt.Errorf("%s: got nothing, want a value", columns[i]))
		}
	}
	p := Price{Service: fields[0], Key: fields[1], Region: fields[2], Unit: fields[3]}
	// An empty field has been reported above.
	keep := func(field string, err error) {
		if field != "" && err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	_, err = parseUnit(p.Unit)
	keep(p.Unit, err)
	p.USD, err = parseUSD(fields[4])
	keep(fields[4], err)
	p.Grade, p.Source, err = parseSource(fields[5])
	keep(fields[5], err)
	if p.Date, err = time.Parse(time.DateOnly, fields[6]); err != nil {
		keep(fields[6], fmt.Errorf("source_date: got %q, want a day as in 2026-09-24", fields[6]))
	}
	keep(p.Key, checkTier(p))
	return p, errs
}

func parseUSD(text string) (float64, error) {
	usd, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(usd) || math.IsInf(usd, 0):
		return 0, fmt.Errorf("usd: got %q, want a number as in 0.0672", text)
	case usd < 0:
		return 0, fmt.Errorf("usd: got %q, want zero or more; discounts are not rows", text)
	}
	return usd, nil
}

func parseSource(text string) (Grade, string, error) {
	rest, open := strings.CutPrefix(text, "[")
	letter, source, closed := strings.Cut(rest, "]")
	if !open || !closed || len(letter) != 1 || !slices.Contains(Grades, Grade(letter[0])) {
		return 0, "", fmt.Errorf("source: got %q, want it to start with a grade: [A], [B], [C] or [D]", text)
	}
	source = strings.TrimSpace(source)
	if source == "" {
		return 0, "", fmt.Errorf("source: got %q, want a text behind the grade", text)
	}
	return Grade(letter[0]), source, nil
}

// Write writes the book in the form that Read takes, under lines of comment.
func (b *Book) Write(w io.Writer, comment ...string) error {
	for _, line := range comment {
		if _, err := fmt.Fprintf(w, "# %s\n", line); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	records := [][]string{columns}
	for _, p := range b.rows {
		records = append(records, []string{
			p.Service, p.Key, p.Region, p.Unit, strconv.FormatFloat(p.USD, 'f', -1, 64),
			fmt.Sprintf("[%s] %s", p.Grade, p.Source), p.Date.Format(time.DateOnly),
		})
	}
	return out.WriteAll(records)
}
