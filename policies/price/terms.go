package price

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Discount returns a book in which all prices of a service are lower by a share: 0.05 for 5 %. The service "*"
// is all of them, as an enterprise agreement has it.
func (b *Book) Discount(service string, share float64) (*Book, error) {
	if services := b.Services(); service != "*" && !slices.Contains(services, service) {
		return nil, fmt.Errorf("discount: got service %q, want * or one of %s", service,
			strings.Join(nearest(service, services), ", "))
	}
	if share < 0 || share >= 1 || math.IsNaN(share) {
		return nil, fmt.Errorf("discount on %s: got %g, want a share from 0 to below 1, as in 0.05", service, share)
	}
	return b.each(func(p Price) Price {
		if p.Unit != Ratio && (service == "*" || service == p.Service) {
			p.USD *= 1 - share
			p.Source += fmt.Sprintf("; less %.4g %% (discount)", share*100)
		}
		return p
	}), nil
}

// Commitment is a promise to use instances for a time, for which AWS takes less.
type Commitment struct {
	Name    string
	Service string
	Keys    []string // what the keys start with that it lowers
	Row     string   // key of the row that holds the saving, a share of the list price
}

// Commitments are those whose saving the book knows. Each saving was read for one instance type and is taken
// for the others; the prices that it makes have grade D.
var Commitments = []Commitment{
	{"ec2-convertible-1y", "ec2", []string{"BoxUsage:"}, "Commitment convertible 1yr no-upfront"},
	{"ec2-standard-1y", "ec2", []string{"BoxUsage:"}, "Commitment standard 1yr no-upfront"},
	{"rds-1y", "rds-postgres", []string{"InstanceUsage:", "Multi-AZUsage:"}, "Commitment 1yr no-upfront"},
}

// Commit returns a book in which a commitment covers a share of the hours: 1 for instances that always run, 0.6
// for a fleet whose smallest size is 60 % of its mean.
func (b *Book) Commit(commitment string, share float64) (*Book, error) {
	i := slices.IndexFunc(Commitments, func(c Commitment) bool { return c.Name == commitment })
	if i < 0 {
		var names []string
		for _, c := range Commitments {
			names = append(names, c.Name)
		}
		return nil, fmt.Errorf("commitment: got %q, want one of %s", commitment, strings.Join(names, ", "))
	}
	if share < 0 || share > 1 || math.IsNaN(share) {
		return nil, fmt.Errorf("commitment %s: got %g of the hours, want a share from 0 to 1", commitment, share)
	}
	c := Commitments[i]
	saving, err := b.Lookup(c.Service, c.Row, "us-east-1")
	if err != nil {
		return nil, fmt.Errorf("commitment %s: %w", commitment, err)
	}
	return b.each(func(p Price) Price {
		covered := slices.ContainsFunc(c.Keys, func(start string) bool { return strings.HasPrefix(p.Key, start) })
		if p.Service == c.Service && covered {
			p.USD *= 1 - saving.USD*share
			p.Grade = D
			p.Source += fmt.Sprintf("; less %.4g %% for %.4g %% of the hours (%s)", saving.USD*100, share*100, c.Name)
		}
		return p
	}), nil
}
