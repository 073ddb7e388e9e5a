package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/policies/price/bulk"
)

// priceRefresh is the result of `ladder prices refresh`; its JSON form is a stable contract (docs/cli.md).
type priceRefresh struct {
	Region  string        `json:"region"`
	Offers  []priceOffer  `json:"offers"`  // files of AWS's price list that were read
	Changed []priceChange `json:"changed"` // rows with another price, and new rows
	Same    int           `json:"same"`    // rows with the same price, renewed
	Kept    []keptPrice   `json:"kept"`    // rows that were not found: they keep their old source, if they have one
	Output  string        `json:"output"`  // file that was written; empty without --output
}

// priceOffer is a file of AWS's price list.
type priceOffer struct {
	Offer     string    `json:"offer"`
	Version   string    `json:"version"`
	Published time.Time `json:"published"`
}

// priceChange is a row with another price.
type priceChange struct {
	Service string   `json:"service"`
	Key     string   `json:"key"`
	Region  string   `json:"region"`
	Unit    string   `json:"unit"`
	Old     *float64 `json:"old"` // USD; null when there was no price
	New     float64  `json:"new"` // USD
	Percent *float64 `json:"percent"`
}

// keptPrice is a row that was not found.
type keptPrice struct {
	Service string `json:"service"`
	Key     string `json:"key"`
	Region  string `json:"region"`
	Known   bool   `json:"known"` // the book has an older price for it
	Reason  string `json:"reason"`
}

type pricesRefreshOptions struct {
	*factory
	cmd    *cobra.Command
	Region string
	Output string
	From   string
	Book   string
}

var regionForm = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)

func newPricesRefresh(f *factory, run func(context.Context, *pricesRefreshOptions) error) *cobra.Command {
	o := &pricesRefreshOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "refresh",
		Short: "Read the prices of a region from AWS's public price list",
		Long: `Read the prices of a region from AWS's public price list, for the rows that the price book has, and show what
changed. With --output the whole book is written, in one piece or not at all; give it to the other commands
as price book. Rows that are not found keep their old source and are listed. Services with one price for the
world, such as Route 53, are read with us-east-1.

Needs the network and no account. The files of EC2 and RDS have hundreds of megabytes for each region; --from
takes a mirror, a folder with files OFFER.csv, or a single file index.csv instead.`,
		Example: `  ladder prices refresh --region eu-west-1 --output prices.csv
  ladder prices refresh --from AmazonRDS.csv --json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return &usageError{cmd: cmd, err: err}
			}
			return run(cmd.Context(), o)
		},
	}
	flags := o.cmd.Flags()
	flags.StringVar(&o.Region, "region", "us-east-1", "read the prices of this `region`")
	flags.StringVar(&o.Output, "output", "", "write the book into this `file`")
	flags.StringVar(&o.From, "from", bulk.DefaultFrom, "`place` of the price list: URL, folder or file")
	addBook(o.cmd, &o.Book)
	return o.cmd
}

func (o *pricesRefreshOptions) check() error {
	var errs []error
	if !regionForm.MatchString(o.Region) {
		errs = append(errs, fmt.Errorf("--region: got %q, want a region of AWS as in eu-west-1", o.Region))
	}
	if o.From == "" {
		errs = append(errs, errors.New("--from: got nothing, want a URL, a folder or a file"))
	}
	if o.Output != "" { // known before the download, not after it
		if info, err := os.Stat(filepath.Dir(o.Output)); err != nil || !info.IsDir() {
			errs = append(errs, fmt.Errorf("--output: got no folder %s, want one that exists", filepath.Dir(o.Output)))
		}
	}
	return errors.Join(errs...)
}

func runPricesRefresh(ctx context.Context, o *pricesRefreshOptions) error {
	book, err := priceBook(o.Book)
	if err != nil {
		return err
	}
	progress := &priceProgress{factory: o.factory, screen: screen{out: o.Err}}
	result, err := bulk.Refresh(ctx, bulk.Options{
		Book: book, Region: o.Region, From: o.From, Progress: progress.show,
	})
	progress.end()
	if err != nil {
		return fmt.Errorf("prices refresh: %w", err)
	}
	if o.Output == "" {
		o.tell("nothing was written; --output FILE keeps the refreshed price book\n")
	} else if err := writeBook(o.Output, o.Region, result.Book); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	summary := o.summary(result)
	if o.json {
		return o.printJSON(summary)
	}
	return o.printRefresh(summary)
}

// writeBook replaces a file as a whole: what cannot be finished leaves the old one.
func writeBook(path, region string, book *price.Book) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if removal := os.Remove(file.Name()); !errors.Is(removal, fs.ErrNotExist) { // renamed when all went well
			err = errors.Join(err, removal)
		}
	}()
	err = errors.Join(
		book.Write(file,
			"The list prices that Ladder's bills are made of: on demand, USD, before tax and support.",
			"Grades: A read from AWS's price list, B generated from a price API, C an AWS page or agreeing texts, D one",
			"text or derived. Where a source names no day, the date is the first day that it can mean.",
			"Written by: ladder prices refresh --region "+region),
		file.Chmod(0o644),
		file.Sync(),
		file.Close(),
	)
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func (o *pricesRefreshOptions) summary(result *bulk.Result) priceRefresh {
	summary := priceRefresh{
		Region: o.Region, Same: result.Same, Output: o.Output,
		Offers: []priceOffer{}, Changed: []priceChange{}, Kept: []keptPrice{},
	}
	for _, offer := range result.Offers {
		summary.Offers = append(summary.Offers, priceOffer{offer.Code, offer.Version, offer.Published})
	}
	for _, c := range result.Changed {
		change := priceChange{Service: c.New.Service, Key: c.New.Key, Region: c.New.Region, Unit: c.New.Unit, New: c.New.USD}
		if c.Old != nil {
			change.Old = &c.Old.USD
			if c.Old.USD > 0 {
				change.Percent = new((c.New.USD - c.Old.USD) / c.Old.USD * 100)
			}
		}
		summary.Changed = append(summary.Changed, change)
	}
	for _, k := range result.Kept {
		summary.Kept = append(summary.Kept, keptPrice{k.Service, k.Key, k.Region, k.Has, k.Reason})
	}
	return summary
}
