// Package membus carries events inside one process, without a broker.
//
// It keeps nothing: Publish answers when the subscribers have done with an event, and asks to be called later with
// one that has to come again. So the outbox stays the only copy until every group has it, and a process that ends
// loses nothing.
package membus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/app/events"
)

const (
	concurrency = 16          // events in hand at once
	absent      = time.Second // until the next try while a group has no subscriber
	maxTracked  = 10000       // events that come again
	busy        = 50 * time.Millisecond
)

// Bus implements events.Bus for the groups it was made for.
type Bus struct {
	groups []string
	slots  chan struct{}

	mu       sync.Mutex
	handlers map[string]*subscriber
	tracked  map[string]*progress // by group and event
	inHand   int                  // handlers at work, also those for which Publish did not wait
}

type subscriber struct {
	ctx    context.Context
	handle events.Handler
	inHand sync.WaitGroup
}

type progress struct {
	attempt   int
	done      bool
	inHand    bool
	notBefore time.Time
}

// New returns a bus for these groups. An event is out when all of them have it; without any it is at once.
func New(groups ...string) *Bus {
	return &Bus{
		groups: groups, slots: make(chan struct{}, concurrency),
		handlers: map[string]*subscriber{}, tracked: map[string]*progress{},
	}
}

// Publish implements events.Publisher. What has to come again is a LaterError.
func (b *Bus) Publish(ctx context.Context, batch []events.Event) []error {
	errs := make([]error, len(batch))
	var all sync.WaitGroup
	for i, e := range batch {
		if errs[i] = e.Validate(); errs[i] != nil {
			continue
		}
		select {
		case b.slots <- struct{}{}:
		case <-ctx.Done():
			errs[i] = ctx.Err()
			continue
		}
		all.Go(func() {
			defer func() { <-b.slots }()
			errs[i] = b.deliver(ctx, e)
		})
	}
	all.Wait()
	return errs
}

func (b *Bus) deliver(ctx context.Context, e events.Event) error {
	var first error
	for _, group := range b.groups {
		if err := b.deliverTo(ctx, group, e); first == nil {
			first = err
		}
	}
	if first == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, group := range b.groups {
			delete(b.tracked, group+"/"+e.ID)
		}
	}
	return first
}

func (b *Bus) deliverTo(ctx context.Context, group string, e events.Event) error {
	attempt, to, err := b.begin(group, e.ID)
	if err != nil || to == nil {
		return err
	}
	done := make(chan events.Outcome, 1)
	go func() {
		defer to.inHand.Done()
		outcome := to.handle(context.WithoutCancel(ctx), events.Delivery{Event: e, Attempt: attempt})
		b.mu.Lock()
		defer b.mu.Unlock()
		p := b.tracked[group+"/"+e.ID]
		b.inHand--
		p.inHand, p.done, p.notBefore = false, outcome.Done, time.Now().Add(outcome.Delay)
		done <- outcome
	}()
	select {
	case outcome := <-done:
		if outcome.Done {
			return nil
		}
		return &events.LaterError{After: outcome.Delay, Why: fmt.Sprintf("%s has not done it", group)}
	case <-ctx.Done():
		return inHand()
	}
}

func inHand() error { return &events.LaterError{After: busy, Why: "it is in hand"} }

// begin returns who gets the event now; nobody when the group has it already.
func (b *Bus) begin(group, id string) (attempt int, to *subscriber, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	to = b.handlers[group]
	if to == nil || to.ctx.Err() != nil {
		return 0, nil, &events.LaterError{After: absent, Why: fmt.Sprintf("nobody is there for %s", group)}
	}
	key := group + "/" + id
	p := b.tracked[key]
	if p == nil {
		if len(b.tracked) >= maxTracked {
			return 0, nil, errors.New("too many events have to come again")
		}
		p = &progress{}
		b.tracked[key] = p
	}
	wait := time.Until(p.notBefore)
	switch {
	case p.done:
		return 0, nil, nil
	case p.inHand, b.inHand >= concurrency:
		return 0, nil, inHand()
	case wait > 0:
		return 0, nil, &events.LaterError{After: wait, Why: fmt.Sprintf("%s waits to try again", group)}
	}
	p.attempt++
	p.inHand = true
	b.inHand++
	to.inHand.Add(1)
	return p.attempt, to, nil
}

// Subscribe implements events.Bus. A group has one subscriber at a time.
func (b *Bus) Subscribe(ctx context.Context, group string, handle events.Handler) error {
	own := &subscriber{ctx: ctx, handle: handle}
	b.mu.Lock()
	if !slices.Contains(b.groups, group) {
		b.mu.Unlock()
		return fmt.Errorf("bus in memory: got group %q, want one of %q", group, b.groups)
	}
	if b.handlers[group] != nil {
		b.mu.Unlock()
		return fmt.Errorf("bus in memory: group %q has a subscriber", group)
	}
	b.handlers[group] = own
	b.mu.Unlock()
	<-ctx.Done()
	b.mu.Lock()
	delete(b.handlers, group)
	b.mu.Unlock()
	own.inHand.Wait()
	return nil
}

// Close implements events.Bus.
func (b *Bus) Close() error { return nil }
