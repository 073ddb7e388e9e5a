package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const resetInterval = time.Second // at most one reset of a pool in this time

var (
	errStandby = errors.New("the database takes no writes: it is a standby")
	errBusy    = errors.New("all connections to the database are in use")
)

// node is one server behind a pool of connections.
type node struct {
	name     string // for people: writer, or reader with its address
	writer   bool   // its pool refuses standbys
	url      string
	settings *pgxpool.Config
	pool     *pgxpool.Pool
	limits   Limits
	without  Without
	log      *slog.Logger

	suspect   atomic.Int64 // goes up with each error that says that the server may have been demoted
	lastReset atomic.Int64 // Unix nanoseconds
	resets    atomic.Int64
	kick      chan struct{}        // look at it now
	history   history              // of a writer
	of        atomic.Pointer[node] // the writer that it is a replica of, or itself

	stop  context.CancelFunc // ends watching; nil when nobody watches
	ended sync.WaitGroup

	mu   sync.Mutex
	seen nodeState
}

// nodeState is what is known of a node.
type nodeState struct {
	fresh    freshness // nil until it answered once
	position int64
	at       time.Time // of position
	lag      time.Duration
	health   health
	err      error // of the last look
}

func newNode(ctx context.Context, config Config, name, url string, writer bool, log *slog.Logger) (*node, error) {
	config.URL = url
	settings, err := poolConfig(config)
	if err != nil {
		return nil, err
	}
	for key, value := range timeouts {
		if _, set := settings.ConnConfig.RuntimeParams[key]; !set {
			settings.ConnConfig.RuntimeParams[key] = value
		}
	}
	n := &node{
		name: name, url: url, writer: writer, settings: settings, limits: config.Limits, without: config.Without,
		log: log.With(slog.String("node", name)), kick: make(chan struct{}, 1),
	}
	n.seen.health.out = !writer // a reader has to be seen first
	settings.AfterConnect, settings.PrepareConn = n.connected, n.prepare
	if n.pool, err = pgxpool.NewWithConfig(ctx, settings); err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	return n, nil
}

const checkedKey = "suspect" // of pgx's custom data: value of node.suspect when the connection was last checked

// connected refuses a standby to the pool of a writer.
func (n *node) connected(ctx context.Context, conn *pgx.Conn) error {
	suspect := n.suspect.Load()
	if n.writer && !n.without.RoleCheck {
		standby, _, err := roleOf(ctx, conn)
		if err != nil {
			return err
		}
		if standby {
			return errStandby
		}
	}
	conn.PgConn().CustomData()[checkedKey] = suspect
	return nil
}

// prepare checks a connection once after an error of any other: a connection that was opened between the demotion of
// the server and the reset of the pool is found here. It costs nothing while all is well.
func (n *node) prepare(ctx context.Context, conn *pgx.Conn) (bool, error) {
	suspect := n.suspect.Load()
	if !n.writer || n.without.RoleCheck || conn.PgConn().CustomData()[checkedKey] == suspect {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	standby, readOnly, err := roleOf(ctx, conn)
	if err != nil || standby || readOnly {
		return false, nil //nolint:nilerr // a new connection tells what is wrong
	}
	conn.PgConn().CustomData()[checkedKey] = suspect
	return true, nil
}

func roleOf(ctx context.Context, conn *pgx.Conn) (standby, readOnly bool, err error) {
	const query = `SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::bool`
	err = conn.QueryRow(ctx, query).Scan(&standby, &readOnly)
	return standby, readOnly, err
}

// acquire waits a bounded time for a connection.
func (n *node) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, n.limits.AcquireWait)
	defer cancel()
	conn, err := n.pool.Acquire(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return nil, errors.Join(errBusy, err)
	}
	return conn, err
}

// heal drops all connections after an error that says that the server was stopped or demoted, so that none stays
// with it, and has the others checked. [app.md A2].
func (n *node) heal(found fault) {
	if !found.stale || n.without.Reset {
		return
	}
	n.suspect.Add(1)
	n.lookNow()
	last, now := n.lastReset.Load(), time.Now().UnixNano()
	if now-last < int64(resetInterval) || !n.lastReset.CompareAndSwap(last, now) {
		return
	}
	n.resets.Add(1)
	n.log.Warn("database connections dropped after an error of the server")
	n.pool.Reset()
}

func (n *node) lookNow() {
	select {
	case n.kick <- struct{}{}:
	default:
	}
}

func (n *node) state() nodeState {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen
}

// close waits for the connections in use and closes all.
func (n *node) close() {
	if n.stop != nil {
		n.stop()
		n.ended.Wait()
	}
	n.pool.Close()
}

// connConfig is for the one connection beside the pool that looks at the node, so that a full pool does not blind us.
func (n *node) connConfig(ctx context.Context) (*pgx.ConnConfig, error) {
	config := n.settings.ConnConfig.Copy()
	config.RuntimeParams = maps.Clone(config.RuntimeParams)
	config.RuntimeParams["application_name"] = "ladder-watch"
	if n.settings.BeforeConnect != nil {
		if err := n.settings.BeforeConnect(ctx, config); err != nil {
			return nil, err
		}
	}
	return config, nil
}
