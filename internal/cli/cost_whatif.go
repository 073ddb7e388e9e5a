package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/price"
)

// whatIf is what a bill is tried with.
type whatIf struct {
	Config   []string // key=value
	Traffic  []string // field=number
	Prices   string   // file
	Discount []string // service=share
	Commit   []string // commitment=share
}

func (w *whatIf) add(cmd *cobra.Command) {
	addConfigFlag(cmd, &w.Config)
	flags := cmd.Flags()
	flags.StringArrayVar(&w.Traffic, "traffic", nil,
		"what if the load were so: `field=number`, as in loadFactor=0.25 (repeatable)")
	flags.StringVar(&w.Prices, "prices", "", "price book of your own in this `file`; its rows win over the built-in ones")
	flags.StringArrayVar(&w.Discount, "discount", nil,
		"what if AWS took less: `service=share`, as in ec2=0.05, or * for all services (repeatable)")
	flags.StringArrayVar(&w.Commit, "commit", nil,
		"what if a commitment covered this share of the hours: `name=share`, as in rds-1y=1 (repeatable)")
}

// changes says whether anything is tried that makes a difference to the stack's own bill.
func (w *whatIf) changes() bool {
	return len(w.Config)+len(w.Traffic)+len(w.Discount)+len(w.Commit) > 0
}

// load is the traffic with what is tried.
func (w *whatIf) load(base traffic.Model) (traffic.Model, error) {
	tried := map[string]float64{}
	for _, pair := range w.Traffic {
		field, number, err := share("--traffic", pair, "loadFactor=0.25")
		if err != nil {
			return base, err
		}
		if !slices.Contains(traffic.Fields(), field) {
			return base, fmt.Errorf("--traffic: got field %q, want one of %s", field, strings.Join(traffic.Fields(), ", "))
		}
		tried[field] = number
	}
	text, err := json.Marshal(tried)
	if err != nil {
		return base, fmt.Errorf("--traffic: %w", err) // not a number, or infinite
	}
	load, err := base.Override(text)
	if err != nil {
		return base, fmt.Errorf("--traffic: %w", err)
	}
	if err := load.Validate(); err != nil {
		return base, fmt.Errorf("--traffic: %w", err)
	}
	return load, nil
}

// book is the price book with what is tried.
func (w *whatIf) book() (*price.Book, error) {
	book, err := price.Default()
	if err != nil {
		return nil, err
	}
	if w.Prices != "" {
		file, err := os.Open(w.Prices)
		if err != nil {
			return nil, fmt.Errorf("--prices: %w", err)
		}
		defer func() { _ = file.Close() }() // only read
		own, err := price.Read(file)
		if err != nil {
			return nil, fmt.Errorf("--prices %s: %w", w.Prices, err)
		}
		book = book.Overlay(own)
	}
	for _, pair := range w.Discount {
		if book, err = lowered("--discount", pair, "ec2=0.05", book.Discount); err != nil {
			return nil, err
		}
	}
	for _, pair := range w.Commit {
		if book, err = lowered("--commit", pair, "rds-1y=1", book.Commit); err != nil {
			return nil, err
		}
	}
	return book, nil
}

func lowered(flag, pair, example string, by func(string, float64) (*price.Book, error)) (*price.Book, error) {
	name, number, err := share(flag, pair, example)
	if err != nil {
		return nil, err
	}
	book, err := by(name, number)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return book, nil
}

// share reads name=number.
func share(flag, pair, example string) (string, float64, error) {
	name, text, cut := strings.Cut(pair, "=")
	number, err := strconv.ParseFloat(text, 64)
	if !cut || name == "" || err != nil {
		return "", 0, fmt.Errorf("%s: got %q, want a name and a number as in %s", flag, pair, example)
	}
	return name, number, nil
}
