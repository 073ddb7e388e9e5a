package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/ladder-iac/ladder/app/topology"
)

// Status is what the routing knows and has done, for metrics and for a cutover: writes are quiet on a process that is
// frozen with none in flight.
type Status struct {
	Frozen         bool // the gate is shut
	WritesInFlight int
	WritesWaiting  int
	Nodes          []NodeStatus // the writer first

	Writes       int64 // since the start, as all below
	ReplicaReads int64
	WriterReads  int64 // that would have gone to a replica
	Behind       int64 // answers of replicas that were thrown away
	Retries      int64 // reads tried on another node
	Cut          int64 // writes whose writer changed before they ended
}

// NodeStatus is one server.
type NodeStatus struct {
	Name   string
	Out    bool          // answers no reads
	Lag    time.Duration // of a replica
	Err    error         // of the last look
	Resets int64         // of its pool, since it joined
	InUse  int32         // connections
}

// Status returns what is known now.
func (db *DB) Status() Status {
	r := db.router
	open, writes, waiting := r.gate.state()
	status := Status{
		Frozen: !open, WritesInFlight: writes, WritesWaiting: waiting, Writes: r.counts.writes.Load(),
		ReplicaReads: r.counts.replicaReads.Load(), WriterReads: r.counts.writerReads.Load(),
		Behind: r.counts.behind.Load(), Retries: r.counts.retries.Load(), Cut: r.counts.cut.Load(),
	}
	now := time.Now()
	for _, n := range r.current.Load().all() {
		state := n.state()
		status.Nodes = append(status.Nodes, NodeStatus{
			Name: n.name, Out: !n.writer && !state.health.usable(now, n.limits), Lag: state.lag, Err: state.err,
			Resets: n.resets.Load(), InUse: n.pool.Stat().AcquiredConns(),
		})
	}
	return status
}

// Follow applies the documents of a watcher until stop is called. One that cannot be applied is tried again.
func (db *DB) Follow(ctx context.Context, watcher *topology.Watcher) (stop func()) {
	ctx = context.WithoutCancel(ctx)
	return watcher.Subscribe(func(document topology.Document) error {
		err := db.Apply(ctx, document)
		if err != nil {
			db.log.ErrorContext(ctx, "topology not applied", slog.Any("error", err))
		}
		return err
	})
}
