package postgres

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// freshness is how the state of a node is asked for and compared with what a user has seen.
type freshness interface {
	// probe is a query for one row: takes no writes, position in the log, lag in ms (below 0: compare positions).
	probe() string
	// positions reports whether commits have positions in the log.
	positions() bool
	// mark is what a user has seen who saw the log up to position, and wrote last at a time.
	mark(position int64, wrote time.Time) mark
	// covers reports whether a node at position holds what the user has seen.
	covers(position int64, seen mark, now time.Time) bool
}

// logPositions are those of PostgreSQL's own streaming replication.
type logPositions struct {
	cluster uint32
	window  time.Duration // for marks of another cluster
}

func (logPositions) probe() string {
	return `SELECT pg_is_in_recovery(), coalesce((CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
		ELSE pg_current_wal_lsn() END - '0/0')::bigint, 0), -1::float8`
}

func (logPositions) positions() bool { return true }

func (p logPositions) mark(position int64, wrote time.Time) mark {
	return mark{cluster: p.cluster, position: position, at: wrote}
}

func (p logPositions) covers(position int64, seen mark, now time.Time) bool {
	if seen.cluster != p.cluster {
		return timeWindow(p.window).covers(position, seen, now)
	}
	return position >= seen.position
}

// timeWindow is for Aurora, whose replicas share the storage of the writer and have no positions: what is older than
// the window is everywhere, because a replica that lags more is left out.
type timeWindow time.Duration

// probe asks a reader for the lag of the slowest reader: one address stands for all of them, and who answers here is
// not who answers a read. That is the lag within the cluster, and in a Global Database also that of this region behind
// the writer's, which the first does not hold  [Aurora User Guide, aurora_replica_status and
// aurora_global_db_instance_status, 2026-11]. Of the writer AWS says -1. What it has not heard of for five minutes is
// gone; when it has heard of nobody the lag is not known, and the look fails.
func (timeWindow) probe() string {
	return `WITH regions AS (SELECT * FROM aurora_global_db_instance_status())
		SELECT pg_is_in_recovery(), 0::bigint,
		CASE WHEN NOT pg_is_in_recovery() OR near.known > 0 THEN greatest(0, near.ms, far.ms) END::float8
		FROM (SELECT count(*) AS known, max(replica_lag_in_msec) AS ms FROM aurora_replica_status()
			WHERE last_update_timestamp > now() - interval '5 minutes') AS near,
		(SELECT max(visibility_lag_in_msec) AS ms FROM regions WHERE aws_region =
			(SELECT aws_region FROM regions WHERE server_id = aurora_db_instance_identifier())) AS far`
}

func (timeWindow) positions() bool { return false }

func (timeWindow) mark(_ int64, wrote time.Time) mark { return mark{at: wrote} }

func (w timeWindow) covers(_ int64, seen mark, now time.Time) bool {
	return now.Sub(seen.at) > time.Duration(w)
}

// askFreshness asks a server which of the two it has.
func askFreshness(ctx context.Context, conn *pgx.Conn, window time.Duration) (freshness, error) {
	const aurora = `SELECT count(*) > 0 FROM pg_proc WHERE proname = 'aurora_version'`
	var isAurora bool
	if err := conn.QueryRow(ctx, aurora).Scan(&isAurora); err != nil {
		return nil, err
	}
	if isAurora {
		return timeWindow(window), nil
	}
	var system int64
	err := conn.QueryRow(ctx, `SELECT system_identifier FROM pg_control_system()`).Scan(&system)
	if err != nil {
		return nil, err
	}
	name := fnv.New32a()
	_, _ = name.Write([]byte(strconv.FormatInt(system, 10))) // a hash takes everything
	return logPositions{cluster: name.Sum32(), window: window}, nil
}

const (
	farAhead  = 1 << 30     // bytes of the log: no token of ours is as far ahead of our last look at the writer
	clockSkew = time.Minute // no clock of ours is further ahead
)

// plausible drops marks that somebody made up, so that he does not read at the writer for ever.
func plausible(marks []mark, writer nodeState, now time.Time) (kept []mark) {
	for _, m := range marks {
		own, is := writer.fresh.(logPositions)
		ahead := is && m.cluster == own.cluster && m.position-farAhead > writer.position
		if !ahead && m.position >= 0 && m.at.Sub(now) < clockSkew {
			kept = append(kept, m)
		}
	}
	return kept
}

// coversAll reports whether a node at position holds everything that the user has seen.
func coversAll(f freshness, position int64, seen []mark, now time.Time) bool {
	for _, m := range seen {
		if !f.covers(position, m, now) {
			return false
		}
	}
	return true
}
