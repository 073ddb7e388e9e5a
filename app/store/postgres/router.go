package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ladder-iac/ladder/app/topology"
)

// hopeAge is how old a write has to be before a replica is asked that was not yet seen to have it: it has it in all
// likelihood, and the answer says so.
const hopeAge = 20 * time.Millisecond

// nodes are the servers of one topology. They are replaced as a whole.
type nodes struct {
	writer  *node
	readers []*node
}

func (s *nodes) all() []*node { return append([]*node{s.writer}, s.readers...) }

// router sends reads to replicas and writes to the writer.
type router struct {
	config  Config
	log     *slog.Logger
	gate    *gate
	current atomic.Pointer[nodes]
	turn    atomic.Uint64
	slots   chan struct{} // reads on the writer while there are replicas
	counts  counts

	applying sync.Mutex
	retired  sync.WaitGroup
}

type counts struct{ replicaReads, writerReads, behind, retries, writes, cut atomic.Int64 }

func newRouter(ctx context.Context, config Config, log *slog.Logger) (*router, error) {
	r := &router{config: config, log: log, gate: newGate(config.Limits.FreezeWait, config.Limits.MaxWaiting)}
	var first *nodes
	var err error
	if config.Topology != nil {
		first, err = r.build(ctx, *config.Topology, &nodes{})
	} else {
		first = &nodes{}
		first.writer, err = newNode(ctx, config, "writer", config.URL, true, log)
	}
	if err != nil {
		return nil, err
	}
	slots := config.Limits.WriterReads
	if slots == 0 {
		slots = max(1, int(first.writer.settings.MaxConns)/2)
	}
	r.slots = make(chan struct{}, slots)
	if config.Topology != nil && config.Topology.Frozen && !config.Without.Freeze {
		r.gate.shut()
	}
	r.current.Store(first)
	first.watch(ctx)
	return r, nil
}

// build returns the nodes of a document. Those that old has are taken over with their connections.
func (r *router) build(ctx context.Context, d topology.Document, old *nodes) (next *nodes, err error) {
	var made []*node
	defer func() {
		if err != nil {
			for _, n := range made {
				n.close()
			}
		}
	}()
	get := func(name string, host topology.Host, writer bool) (*node, error) {
		url, err := at(r.config.URL, host, d.Database)
		if err != nil {
			return nil, err
		}
		if known := old.find(url, writer); known != nil {
			return known, nil
		}
		n, err := newNode(ctx, r.config, name, url, writer, r.log.With(slog.String("addr", host.String())))
		if err == nil {
			made = append(made, n)
		}
		return n, err
	}
	next = &nodes{}
	if next.writer, err = get("writer", d.Writer, true); err != nil {
		return nil, err
	}
	for i, host := range d.Readers {
		if host == d.Writer {
			continue // it answers reads as the writer
		}
		n, err := get(fmt.Sprintf("reader-%d", i+1), host, false)
		if err != nil {
			return nil, err
		}
		next.readers = append(next.readers, n)
	}
	return next, nil
}

func (s *nodes) find(url string, writer bool) *node {
	for _, n := range s.all() {
		if n != nil && n.url == url && n.writer == writer {
			return n
		}
	}
	return nil
}

// apply changes to the nodes of a document. Writes wait meanwhile, those in flight end first: none is acknowledged by
// a writer that is gone.
func (r *router) apply(ctx context.Context, d topology.Document) error {
	r.applying.Lock()
	defer r.applying.Unlock()
	old := r.current.Load()
	next, err := r.build(context.WithoutCancel(ctx), d, old)
	if err != nil {
		return err
	}
	frozen := d.Frozen && !r.config.Without.Freeze
	moved := next.writer != old.writer
	if frozen || moved && !r.config.Without.Drain {
		r.gate.shut()
		cut := r.gate.drain(r.config.Limits.Drain)
		r.counts.cut.Add(int64(cut))
		r.log.InfoContext(ctx, "no write is in flight", slog.Bool("frozen", frozen), slog.Bool("moved", moved),
			slog.Int("cut", cut))
	}
	r.current.Store(next)
	next.watch(ctx)
	if !frozen {
		r.gate.reopen()
	}
	for _, n := range gone(old, next) {
		r.retired.Go(n.close)
	}
	return nil
}

// watch looks at all nodes. Alone, a writer need not be watched: its connections say how it is.
func (s *nodes) watch(ctx context.Context) {
	if len(s.readers) == 0 {
		return
	}
	for _, n := range s.all() {
		n.of.Store(s.writer)
		if n.stop == nil {
			n.watch(ctx)
		}
	}
}

func gone(old, next *nodes) (left []*node) {
	kept := map[*node]bool{}
	for _, n := range next.all() {
		kept[n] = true
	}
	for _, n := range old.all() {
		if !kept[n] {
			left = append(left, n)
		}
	}
	return left
}

func (r *router) close() {
	r.applying.Lock()
	defer r.applying.Unlock()
	for _, n := range r.current.Load().all() {
		n.close()
	}
	r.retired.Wait()
}

// reader returns the node for a read: a replica that holds what the user has seen, else the writer. done is to be
// called after the read. Sure means that the replica has to be known to hold it.
func (r *router) reader(ctx context.Context, seen []mark, not *node, sure bool) (n *node, done func(), err error) {
	set := r.current.Load()
	if len(set.readers) == 0 {
		return set.writer, func() {}, nil
	}
	if r.config.Without.Freshness {
		seen = nil
	}
	if n := set.choose(time.Now(), seen, not, sure, r.turn.Add(1)); n != nil {
		r.counts.replicaReads.Add(1)
		return n, func() {}, nil
	}
	if err := r.takeSlot(ctx); err != nil {
		return nil, nil, err
	}
	r.counts.writerReads.Add(1)
	return set.writer, r.freeSlot, nil
}

// choose returns the least busy of the replicas that are known to hold what was seen; without any, one that should.
func (s *nodes) choose(now time.Time, seen []mark, not *node, sure bool, turn uint64) (best *node) {
	var hope *node
	var least int32
	for i := range uint64(len(s.readers)) {
		n := s.readers[(turn+i)%uint64(len(s.readers))]
		state := n.state()
		if n == not || state.fresh == nil || !state.health.usable(now, n.limits) {
			continue
		}
		if !coversAll(state.fresh, state.position, seen, now) {
			if hope == nil && state.fresh.positions() && state.lag <= n.limits.RejoinLag && olderThan(seen, now, hopeAge) {
				hope = n
			}
			continue
		}
		if busy := n.pool.Stat().AcquiredConns(); best == nil || busy < least {
			best, least = n, busy
		}
	}
	if best == nil && !sure {
		return hope
	}
	return best
}

func olderThan(seen []mark, now time.Time, age time.Duration) bool {
	for _, m := range seen {
		if now.Sub(m.at) < age {
			return false
		}
	}
	return true
}

// takeSlot bounds the reads that fall back on the writer, so that writes keep their share of it.
func (r *router) takeSlot(ctx context.Context) error {
	if r.config.Without.ReaderCap {
		return nil
	}
	timer := time.NewTimer(r.config.Limits.AcquireWait)
	defer timer.Stop()
	select {
	case r.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *router) freeSlot() {
	if !r.config.Without.ReaderCap {
		<-r.slots
	}
}
