package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/policies/price"
)

// staleDays is after how many days a price counts as old.
const staleDays = 180

// priceList is the result of `ladder prices`; its JSON form is a stable contract (docs/cli.md).
type priceList struct {
	Prices []bookPrice    `json:"prices"`
	Grades map[string]int `json:"grades"` // how many prices have grade A, B, C and D
	Oldest string         `json:"oldest"` // day of the oldest source
	Stale  int            `json:"stale"`  // prices whose source is older than 180 days
}

// bookPrice is one row of the price book.
type bookPrice struct {
	Service string  `json:"service"`
	Key     string  `json:"key"`    // AWS's usage type where it has one
	Region  string  `json:"region"` // "global" when all regions pay the same
	Unit    string  `json:"unit"`   // what the price is for; "ratio" when it is a share
	USD     float64 `json:"usd"`    // list price, on demand, before tax
	Grade   string  `json:"grade"`  // A read from AWS's price list, B from a price API, C agreeing texts, D one text
	Source  string  `json:"source"`
	Date    string  `json:"date"` // day of the source
}

func toBookPrice(p price.Price) bookPrice {
	return bookPrice{
		Service: p.Service, Key: p.Key, Region: p.Region, Unit: p.Unit, USD: p.USD,
		Grade: p.Grade.String(), Source: p.Source, Date: p.Date.Format(time.DateOnly),
	}
}

type pricesOptions struct {
	*factory
	cmd     *cobra.Command
	Service string
	Book    string
}

func newPrices(f *factory, run func(context.Context, *pricesOptions) error) *cobra.Command {
	o := &pricesOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "prices",
		Short: "Show the price book: what AWS asks, with source, grade and date",
		Long: `Show the price book: what AWS asks for the things that a bill counts, in us-east-1. us-west-2 has the same
prices; other regions are fetched with ladder prices refresh. Each price has a grade: A read from AWS's price
list, B generated from a price API, C a page of AWS or texts that agree, D one text or derived.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder prices --service rds-postgres
  ladder prices --json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
	o.cmd.Flags().StringVar(&o.Service, "service", "", "show only the `name` of this service, such as ec2")
	addBook(o.cmd, &o.Book)
	o.cmd.AddCommand(newPricesRefresh(f, runPricesRefresh))
	return o.cmd
}

func addBook(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "book", "", "price book of your own in this `file`; its rows win over the built-in ones")
}

// priceBook is the built-in book, under one of the user's own if there is one.
func priceBook(path string) (*price.Book, error) {
	book, err := price.Default()
	if err != nil || path == "" {
		return book, err
	}
	file, err := os.Open(path) //nolint:gosec // a file that the user names
	if err != nil {
		return nil, fmt.Errorf("--book: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	custom, err := price.Read(file)
	if err != nil {
		return nil, fmt.Errorf("--book %s: %w", path, err)
	}
	return book.Overlay(custom), nil
}

func runPrices(_ context.Context, o *pricesOptions) error {
	book, err := priceBook(o.Book)
	if err != nil {
		return err
	}
	if services := book.Services(); o.Service != "" && !slices.Contains(services, o.Service) {
		return &usageError{cmd: o.cmd, err: fmt.Errorf("--service: got %q, want one of %s",
			o.Service, strings.Join(services, ", "))}
	}
	list := priceList{Prices: []bookPrice{}, Grades: map[string]int{}}
	for _, grade := range price.Grades {
		list.Grades[grade.String()] = 0
	}
	for _, p := range book.Stale(o.Now(), staleDays) {
		if o.Service == "" || p.Service == o.Service {
			list.Stale++
		}
	}
	for _, p := range book.Rows() {
		if o.Service != "" && p.Service != o.Service {
			continue
		}
		row := toBookPrice(p)
		list.Prices = append(list.Prices, row)
		list.Grades[row.Grade]++
		if list.Oldest == "" || row.Date < list.Oldest {
			list.Oldest = row.Date
		}
	}
	if o.json {
		return o.printJSON(list)
	}
	return o.printPrices(list)
}

func (o *pricesOptions) printPrices(list priceList) error {
	rows := make([][]string, 0, len(list.Prices))
	for _, p := range list.Prices {
		rows = append(rows, []string{p.Service, p.Key, p.Region, p.Unit, usd(p.USD), p.Grade, p.Date})
	}
	header := []string{"Service", "Key", "Region", "Unit", "USD", "Grade", "Date"}
	if err := o.printTable(header, rows, alignRight(4)); err != nil {
		return err
	}
	text := fmt.Sprintf("\n%d prices: %d A, %d B, %d C, %d D; the oldest is of %s", len(list.Prices),
		list.Grades["A"], list.Grades["B"], list.Grades["C"], list.Grades["D"], list.Oldest)
	if list.Stale > 0 {
		text += fmt.Sprintf("; %d are older than %d days: ladder prices refresh renews them", list.Stale, staleDays)
	}
	return o.print(text + "\n")
}

// usd writes a price with all its digits.
func usd(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
