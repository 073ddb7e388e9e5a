package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const lookTimeout = 500 * time.Millisecond

var (
	errPromoted = errors.New("it takes writes, so it is no replica of the writer any more")
	errForeign  = errors.New("it belongs to another cluster than the writer")
)

// watch looks at the node until close.
func (n *node) watch(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n.stop = cancel
	n.ended.Go(func() {
		tick := time.NewTicker(n.limits.Sample)
		defer tick.Stop()
		var conn *pgx.Conn
		for {
			conn = n.look(ctx, conn)
			select {
			case <-tick.C:
			case <-n.kick:
			case <-ctx.Done():
				closeSoon(ctx, conn)
				return
			}
		}
	})
}

// look takes one sample, and returns the connection for the next one.
func (n *node) look(ctx context.Context, conn *pgx.Conn) *pgx.Conn {
	conn, err := n.sample(ctx, conn)
	if err != nil && ctx.Err() == nil {
		n.observe(observation{at: time.Now(), err: err})
	}
	return conn
}

func (n *node) sample(ctx context.Context, conn *pgx.Conn) (*pgx.Conn, error) {
	fresh := n.state().fresh
	if conn == nil {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		config, err := n.connConfig(ctx)
		if err != nil {
			return nil, err
		}
		if conn, err = pgx.ConnectConfig(ctx, config); err != nil {
			return nil, err
		}
		if fresh, err = askFreshness(ctx, conn, n.limits.Window); err != nil {
			closeSoon(ctx, conn)
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	asked := time.Now()
	var standby bool
	var position int64
	var lagMS float64
	if err := conn.QueryRow(ctx, fresh.probe()).Scan(&standby, &position, &lagMS); err != nil {
		closeSoon(ctx, conn)
		return nil, err
	}
	n.saw(fresh, position, asked)
	if n.writer {
		if standby {
			return conn, errStandby
		}
		n.history.add(asked, position)
		n.observe(observation{at: asked})
		return conn, nil
	}
	writer := n.of.Load()
	if err := replicaOf(writer, fresh, standby); err != nil {
		return conn, err
	}
	lag := time.Duration(lagMS * float64(time.Millisecond))
	if lagMS < 0 {
		lag = writer.history.lag(asked, position)
	}
	n.observe(observation{at: asked, lag: lag})
	return conn, nil
}

// replicaOf reports why a node is no replica of the writer: one that was promoted has a history of its own.
func replicaOf(writer *node, fresh freshness, standby bool) error {
	if !standby {
		return errPromoted
	}
	if of := writer.state().fresh; of != nil && of != fresh {
		return errForeign
	}
	return nil
}

// saw notes a position that the node has reached.
func (n *node) saw(fresh freshness, position int64, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen.fresh == fresh && position < n.seen.position && at.Before(n.seen.at) {
		return
	}
	n.seen.fresh, n.seen.position, n.seen.at = fresh, position, at
}

// observe updates the health, and tells when a replica leaves or comes back.
func (n *node) observe(seen observation) {
	limits := n.limits
	if n.without.Hysteresis {
		limits.RejoinAfter, limits.RejoinLag = 0, limits.MaxLag
	}
	n.mu.Lock()
	before := n.seen.health.out
	n.seen.health = n.seen.health.next(seen, limits)
	n.seen.lag, n.seen.err = seen.lag, seen.err
	after := n.seen.health.out
	n.mu.Unlock()
	switch {
	case after && !before:
		n.log.Warn("replica left out", slog.Duration("lag", seen.lag), slog.String("error", fmt.Sprint(seen.err)))
	case before && !after:
		n.log.Info("replica answers reads")
	}
}

// closeSoon closes a connection that may be dead.
func closeSoon(ctx context.Context, conn *pgx.Conn) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	_ = conn.Close(ctx) // nothing to lose
}
