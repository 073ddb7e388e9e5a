package bulk

import (
	"context"
	"fmt"
	"io"
	"time"
)

// progressStep is after how many bytes progress is told.
const progressStep = 1 << 20

// readOffer reads the file of an offer, again when it breaks off.
func (o *Options) readOffer(ctx context.Context, offer string, wants []*want, p Progress) (head, error) {
	pause := o.Pause
	for attempt := 1; ; attempt++ {
		o.Progress(p)
		h, err := o.readOnce(ctx, offer, wants, p)
		if err == nil || attempt == attempts || !isURL(o.From) || !passing(ctx, err) {
			return h, err
		}
		p.Interrupted = err.Error()
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return head{}, ctx.Err()
		case <-timer.C:
		}
		pause *= 2
	}
}

func (o *Options) readOnce(ctx context.Context, offer string, wants []*want, p Progress) (head, error) {
	f, err := o.open(ctx, offer)
	if err != nil {
		return head{}, err
	}
	defer func() { _ = f.Close() }() // only read
	p.Size = f.size
	f.ReadCloser = &counted{ReadCloser: f.ReadCloser, ctx: ctx, progress: p, tell: o.Progress}
	in := reader(f)
	h, at, err := readHead(in)
	if err != nil {
		return head{}, fmt.Errorf("%s: %w", f.name, err)
	}
	if h.Offer != offer {
		return head{}, fmt.Errorf("%s: got offer %s, want %s", f.name, h.Offer, offer)
	}
	region := wants[0].Region // global for the offers with one file
	if err := scan(in, at, region, wants); err != nil {
		return head{}, fmt.Errorf("%s: %w", f.name, err)
	}
	return h, nil
}

// counted tells how much was read, and ends when the context does.
type counted struct {
	io.ReadCloser
	ctx      context.Context
	progress Progress
	tell     func(Progress)
	told     int64
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.ReadCloser.Read(p)
	c.progress.Read += int64(n)
	if c.progress.Read-c.told >= progressStep {
		c.told = c.progress.Read
		c.tell(c.progress)
	}
	return n, err
}
