package cli

import (
	"fmt"
	"time"

	"github.com/ladder-iac/ladder/policies/price/bulk"
)

// printRefresh shows what changed and what was not found.
func (o *pricesRefreshOptions) printRefresh(r priceRefresh) error {
	var text string
	if len(r.Changed) > 0 {
		header := []string{"Service", "Key", "Unit", "Old USD", "New USD", "Change"}
		text += o.renderTable(header, changeRows(r.Changed), alignRight(3, 4, 5), o.OutColor) + "\n"
	}
	if len(r.Kept) > 0 {
		header := []string{"Service", "Not found", "Price", "Reason"}
		text += o.renderTable(header, keptRows(r.Kept), alignRight(), o.OutColor) + "\n"
	}
	return o.print(text + fmt.Sprintf("%s: files read: %d; prices changed: %d, the same: %d, not found: %d\n", r.Region,
		len(r.Offers), len(r.Changed), r.Same, len(r.Kept)))
}

func changeRows(changes []priceChange) [][]string {
	rows := make([][]string, 0, len(changes))
	for _, c := range changes {
		old, percent := "-", "new"
		if c.Old != nil {
			old, percent = usd(*c.Old), "-"
		}
		if c.Percent != nil {
			percent = fmt.Sprintf("%+.1f %%", *c.Percent)
		}
		rows = append(rows, []string{c.Service, c.Key, c.Unit, old, usd(c.New), percent})
	}
	return rows
}

func keptRows(kept []keptPrice) [][]string {
	rows := make([][]string, 0, len(kept))
	for _, k := range kept {
		price := "kept"
		if !k.Known {
			price = "none"
		}
		rows = append(rows, []string{k.Service, k.Key, price, k.Reason})
	}
	return rows
}

// priceProgress shows a refresh on Err: on a terminal one line in place, otherwise a line for each file and
// one now and then while a long one is read.
type priceProgress struct {
	*factory
	screen screen
	spoke  time.Time
	file   int // the last one that has a line
}

func (p *priceProgress) show(now bulk.Progress) {
	line := fmt.Sprintf("reading %s (%d of %d)", now.Offer, now.Index, now.Offers)
	if now.Read > 0 {
		line += ": " + megabytes(now.Read)
		if now.Size > 0 {
			line += " of " + megabytes(now.Size)
		}
	}
	if now.Interrupted != "" && now.Read == 0 {
		line += " again: " + now.Interrupted
	}
	if p.Live {
		p.screen.width, _ = p.Size()
		p.screen.draw(nil, []string{line})
		return
	}
	began := p.file != now.Index || now.Interrupted != "" && now.Read == 0
	if !began && p.Now().Sub(p.spoke) < plainPeriod {
		return
	}
	p.file, p.spoke = now.Index, p.Now()
	p.tell("%s\n", line)
}

func (p *priceProgress) end() { p.screen.draw(nil, nil) }

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", bytes>>20) }
