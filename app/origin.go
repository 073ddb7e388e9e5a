package app

import (
	"context"
	"slices"
	"sync"
)

// Origin collects where an answer came from. Any part that a request goes through may add to it.
type Origin struct {
	mu    sync.Mutex
	found OriginParts
}

// OriginParts is what is known of an answer's origin; what nobody told is empty.
type OriginParts struct {
	Cache   string   // hit, miss, stale or off
	Replica string   // the database node that was read or written
	Roles   []string // of the services that were called, nearest first
	Nodes   []string // of the services that were called, nearest first

	Replayed bool // the answer was kept for its idempotency key
}

// WithOrigin returns a context of a request whose origin is asked for, and where it will be found.
func WithOrigin(ctx context.Context) (context.Context, *Origin) {
	origin := &Origin{}
	return with(ctx, origin), origin
}

// OriginOf returns the origin of the request that ctx belongs to; without a request it is one that nobody reads.
func OriginOf(ctx context.Context) *Origin {
	if origin, ok := from[*Origin](ctx); ok {
		return origin
	}
	return &Origin{}
}

// SetCache says what the cache did for the answer.
func (o *Origin) SetCache(result string) { o.set(func(p *OriginParts) { p.Cache = result }) }

// SetReplica names the database node that was used.
func (o *Origin) SetReplica(node string) { o.set(func(p *OriginParts) { p.Replica = node }) }

// SetReplayed says that the answer was kept for its idempotency key.
func (o *Origin) SetReplayed() { o.set(func(p *OriginParts) { p.Replayed = true }) }

// AddServices names the services that were called.
func (o *Origin) AddServices(roles, nodes []string) {
	o.set(func(p *OriginParts) { p.Roles, p.Nodes = append(p.Roles, roles...), append(p.Nodes, nodes...) })
}

func (o *Origin) set(change func(*OriginParts)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(&o.found)
}

// Parts returns what was told so far.
func (o *Origin) Parts() OriginParts {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := o.found
	found.Roles, found.Nodes = slices.Clone(found.Roles), slices.Clone(found.Nodes)
	return found
}
