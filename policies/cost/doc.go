// Package cost says what a recorded phase costs a month, what load it carries and how available it is on paper. It
// calls nothing: resources, traffic and price book in, numbers out.
//
//	book, err := price.Default()
//	...
//	bill, err := cost.Estimate(recorded.Resources, traffic.Default(1), phase.Table[0], book, time.Now())
//	fmt.Fprintf(out, "%.2f USD, %d unpriced\n", bill.Total.Expected, len(bill.Unpriced))
//
// Every cloud resource is priced, or listed as free with the reason, or listed as unpriced with what is missing;
// none is nothing by omission. docs/cost.md has the assumptions and the phases' bills.
package cost
