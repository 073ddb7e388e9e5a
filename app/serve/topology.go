package serve

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/topology"
	"github.com/ladder-iac/ladder/app/topology/ssm"
)

// validateTopology reports what keeps the process from finding its database by a document.
func (c Config) validateTopology() error {
	if c.Topology == "" {
		return nil
	}
	if c.TopologyInterval != 0 && c.TopologyInterval < topology.FileInterval {
		return fmt.Errorf("TOPOLOGY_INTERVAL: got %s, want %s or more", c.TopologyInterval, topology.FileInterval)
	}
	if _, err := topology.ParseLocation(c.Topology); err != nil {
		return fmt.Errorf("TOPOLOGY: %w", err)
	}
	if c.DatabaseURL == memoryURL {
		return fmt.Errorf("TOPOLOGY: got %q with DATABASE_URL %s, want a postgres URL: the document says where the "+
			"servers are, and the URL how to sign in", c.Topology, memoryURL)
	}
	return nil
}

// topologySource opens where the document is kept.
func topologySource(ctx context.Context, config Config) (topology.Source, time.Duration, error) {
	location, err := topology.ParseLocation(config.Topology)
	if err != nil {
		return nil, 0, err
	}
	if location.Kind == topology.KindFile {
		return topology.File(location.Name), cmp.Or(config.TopologyInterval, topology.FileInterval), nil
	}
	parameter, err := ssm.Open(ctx, location.Name)
	return parameter, cmp.Or(config.TopologyInterval, topology.ParameterInterval), err
}

// openDatabase returns the database, and what closes it. With TOPOLOGY it follows the document, and metrics tell how
// that goes.
func openDatabase(
	ctx context.Context, config Config, tracer pgx.QueryTracer, metrics *ops.Metrics, log *slog.Logger,
) (*postgres.DB, func(), error) {
	settings := databaseConfig(config)
	settings.Tracer = tracer
	if config.Topology == "" {
		db, err := postgres.Open(ctx, settings, log)
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	source, interval, err := topologySource(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	watcher, err := topology.Watch(ctx, source, interval, log)
	if err != nil {
		return nil, nil, err
	}
	document := watcher.Current()
	settings.Topology = &document
	db, err := postgres.Open(ctx, settings, log)
	if err != nil {
		watcher.Close()
		return nil, nil, err
	}
	db.Follow(ctx, watcher)
	metrics.Register(ops.Topology(watcher.Status))
	return db, func() {
		watcher.Close()
		db.Close()
	}, nil
}

// migrateConfig is where the schema is: the writer of the document, if there is one.
func migrateConfig(ctx context.Context, config Config) (postgres.Config, error) {
	settings := databaseConfig(config)
	if config.Topology == "" {
		return settings, nil
	}
	source, _, err := topologySource(ctx, config)
	if err != nil {
		return settings, err
	}
	text, err := source.Read(ctx)
	if err != nil {
		return settings, err
	}
	document, err := topology.Parse(text)
	settings.Topology = &document
	return settings, err
}
