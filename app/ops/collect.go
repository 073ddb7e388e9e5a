package ops

import (
	"context"
	"time"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/topology"
)

// measureTime is how long a scrape waits for the database.
const measureTime = time.Second

// Store tells of the routing to the database.
func Store(status func() postgres.Status) func() []Value {
	return func() []Value {
		s := status()
		values := []Value{
			{"store_frozen", "1 while writes wait for a switch.", nil, number(s.Frozen)},
			{"store_writes_in_flight", "Writes in flight.", nil, float64(s.WritesInFlight)},
			{"store_writes_waiting", "Writes that wait for a switch.", nil, float64(s.WritesWaiting)},
			{"store_writes_total", "Writes.", nil, float64(s.Writes)},
			{"store_replica_reads_total", "Reads that replicas answered.", nil, float64(s.ReplicaReads)},
			{"store_writer_reads_total", "Reads that no replica could answer.", nil, float64(s.WriterReads)},
			{"store_behind_total", "Answers of replicas that were too old.", nil, float64(s.Behind)},
			{"store_retries_total", "Reads tried on another node.", nil, float64(s.Retries)},
			{"store_cut_writes_total", "Writes whose writer changed before they ended.", nil, float64(s.Cut)},
		}
		for _, n := range s.Nodes {
			node := []string{"node", n.Name}
			values = append(
				values,
				Value{"store_node_out", "1 while the node answers no reads.", node, number(n.Out)},
				Value{"store_node_failing", "1 when the last look at the node failed.", node, number(n.Err != nil)},
				Value{"store_node_lag_seconds", "How far a replica is behind.", node, n.Lag.Seconds()},
				Value{"store_node_connections", "Connections in use.", node, float64(n.InUse)},
				Value{"store_node_resets_total", "Resets of the node's pool.", node, float64(n.Resets)},
			)
		}
		return values
	}
}

// Caches tells of the caches of users and of items.
func Caches(counts func() cached.Counts) func() []Value {
	return func() []Value {
		c := counts()
		return append(cacheValues("items", c.Items), cacheValues("users", c.Users)...)
	}
}

func cacheValues(name string, c cache.Counts) []Value {
	const help = "Reads through the cache, by what answered."
	answer := func(from string, n int64) Value {
		return Value{"cache_reads_total", help, []string{"cache", name, "answer", from}, float64(n)}
	}
	return []Value{
		answer("local", c.Hits), answer("stale", c.Stale), answer("shared", c.Shared), answer("store", c.Fills),
		answer("refused", c.Refused),
		{"cache_outrun_total", "Reads that were too old to keep.", []string{"cache", name}, float64(c.Outrun)},
		{"cache_bytes", "What the process keeps, about.", []string{"cache", name}, float64(c.Bytes)},
	}
}

// SharedCache tells of the cache that processes share.
func SharedCache(counts func() cache.SharedCounts) func() []Value {
	return func() []Value {
		c := counts()
		return []Value{
			{"shared_cache_open", "1 while the breaker lets nobody through.", nil, number(c.Open)},
			{"shared_cache_owed", "Invalidations that the cache has still to be told.", nil, float64(c.Owed)},
			{"shared_cache_dropped_total", "Invalidations that were given up.", nil, float64(c.Dropped)},
			{"shared_cache_failures_total", "Calls without a good answer.", nil, float64(c.Failures)},
			{"shared_cache_skipped_total", "Calls that were not made.", nil, float64(c.Skipped)},
		}
	}
}

// Outbox tells of the events that wait.
func Outbox(measure func(context.Context) (outbox.Backlog, error)) func() []Value {
	unknown := Value{Name: "outbox_unknown", Help: "1 when the outbox could not be measured."}
	return measured(unknown, measure, func(backlog outbox.Backlog) []Value {
		return []Value{
			{"outbox_oldest_seconds", "Age of the oldest event that waits.", nil, backlog.Oldest.Seconds()},
			{"outbox_events", "Events that wait, counted up to a bound.", nil, float64(backlog.Events)},
		}
	})
}

// DeadLetters tells of the events that no consumer could use, until somebody replays them.
func DeadLetters(count func(context.Context) (int64, error)) func() []Value {
	unknown := Value{Name: "dead_letters_unknown", Help: "1 when dead letters could not be counted."}
	return measured(unknown, count, func(letters int64) []Value {
		return []Value{{"dead_letters", "Events that wait to be replayed.", nil, float64(letters)}}
	})
}

// measured asks the database at each look. While it does not answer, that is all that is told.
func measured[T any](unknown Value, measure func(context.Context) (T, error), values func(T) []Value) func() []Value {
	return func() []Value {
		ctx, cancel := context.WithTimeout(context.Background(), measureTime)
		defer cancel()
		found, err := measure(ctx)
		told := unknown
		told.Value = number(err != nil)
		if err != nil {
			return []Value{told}
		}
		return append(values(found), told)
	}
}

// Relay tells of what publishes events.
func Relay(status func() outbox.Status) func() []Value {
	return func() []Value {
		s := status()
		return []Value{
			{"relay_leads", "Partitions that this process publishes.", nil, float64(s.Leads)},
			{"relay_published_total", "Events published.", nil, float64(s.Published)},
			{"relay_failed_total", "Tries that the bus refused.", nil, float64(s.Failed)},
		}
	}
}

// Consumer tells of one consumer of events, and of its dead letters. Register each under another name.
func Consumer(name string, status func() inbox.Status) func() []Value {
	return func() []Value {
		s := status()
		event := func(outcome string, n int64) Value {
			return Value{
				"consumer_events_total", "Events by outcome; failed counts tries.",
				[]string{"consumer", name, "outcome", outcome},
				float64(n),
			}
		}
		return []Value{
			event("done", s.Done), event("duplicate", s.Duplicates), event("stale", s.Stale),
			event("failed", s.Failed), event("dead", s.Dead),
		}
	}
}

// Flags tells of the source of the feature flags.
func Flags(status func() flags.Status) func() []Value {
	return func() []Value {
		s := status()
		return []Value{
			{"flags_failing", "1 when the last read of the source failed.", nil, number(s.Err != nil)},
			{"flags_errors_total", "Reads of the source that failed.", nil, float64(s.Errors)},
			{"flags_killed", "Flags that the kill file turns off.", nil, float64(len(s.Killed))},
		}
	}
}

// Topology tells of the document that says where the servers are.
func Topology(status func() topology.Status) func() []Value {
	return func() []Value {
		s := status()
		return []Value{
			{"topology_failing", "1 when the last read of the source failed.", nil, number(s.Err != nil)},
			{"topology_errors_total", "Reads of the source that failed.", nil, float64(s.Errors)},
			{"topology_changes_total", "Documents that replaced another.", nil, float64(s.Changes)},
		}
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
