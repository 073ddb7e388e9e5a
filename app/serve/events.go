package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/ladder-iac/ladder/app/events/command"
	"github.com/ladder-iac/ladder/app/events/dial"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/events/usernames"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// maxPartitions of the keys, each a lock in the database.
const maxPartitions = 64

// bus is the URL of what carries the events: inside the process, where the process is both ends.
func (c Config) bus() string {
	if c.EventsURL == "" && roles[c.Role].publishes && roles[c.Role].consumes {
		return dial.Memory
	}
	return c.EventsURL
}

// validateEvents reports what keeps the process from publishing or hearing.
func (c Config) validateEvents() error {
	role := roles[c.Role]
	if c.DatabaseURL == memoryURL || !role.publishes && !role.consumes {
		return nil
	}
	var bad []error
	if c.bus() == "" || c.bus() == dial.Memory && !role.consumes {
		bad = append(bad, fmt.Errorf("EVENTS_URL: got %q, want a broker, such as nats://host:4222: the role %s is one "+
			"end of the events, and the other is another process", c.EventsURL, c.Role))
	} else if err := dial.Check(c.bus(), role.publishes, role.consumes); err != nil {
		bad = append(bad, fmt.Errorf("EVENTS_URL: %w", err))
	}
	if c.OutboxPartitions < 1 || c.OutboxPartitions > maxPartitions {
		bad = append(bad, fmt.Errorf("OUTBOX_PARTITIONS: got %d, want 1 to %d", c.OutboxPartitions, maxPartitions))
	}
	if c.EventsReplicas < 1 {
		bad = append(bad, fmt.Errorf("EVENTS_REPLICAS: got %d, want 1 or more", c.EventsReplicas))
	}
	return errors.Join(bad...)
}

// wireEvents publishes what the outbox holds, and consumes what others published. Both end before the bus and the
// database close.
func (w *wiring) wireEvents(ctx context.Context, config Config, db *postgres.DB, log *slog.Logger) error {
	role := roles[config.Role]
	var groups []string
	if role.consumes {
		groups = append(groups, usernames.Consumer)
	}
	bus, err := dial.Bus(ctx, dial.Config{
		URL: config.bus(), CredsFile: config.EventsCredsFile, Replicas: config.EventsReplicas, Log: log,
	}, groups...)
	if err != nil {
		return fmt.Errorf("EVENTS_URL: %w", err)
	}
	w.closers = append(w.closers, func() {
		if err := bus.Close(); err != nil {
			log.Error("the bus did not close", slog.Any("error", err))
		}
	})
	w.metrics.Register(ops.Outbox(db.EventBacklog)) //nolint:contextcheck // it is asked at each scrape, later
	if role.consumes {
		names := consumer(db, log)
		w.metrics.Register(ops.Consumer(usernames.Consumer, names.Status))
		w.metrics.Register(ops.DeadLetters(db.DeadLetters)) //nolint:contextcheck // as above
		w.background(ctx, func(ctx context.Context) {
			if err := names.Run(ctx, bus); err != nil {
				log.Error("events are not consumed any more", slog.Any("error", err))
			}
		})
	}
	if role.publishes {
		relay := outbox.New(outbox.Config{
			Connect: db.Session, Bus: bus, Partitions: config.OutboxPartitions, Log: log,
		})
		w.metrics.Register(ops.Relay(relay.Status))
		w.background(ctx, relay.Run)
	}
	return nil
}

func consumer(db *postgres.DB, log *slog.Logger) *inbox.Consumer {
	return inbox.New(inbox.Config{Name: usernames.Consumer, DB: db, Effect: usernames.Apply, Log: log})
}

// background runs until the process closes, and is waited for.
func (w *wiring) background(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() { work(ctx) })
	w.closers = append(w.closers, func() {
		cancel()
		ended.Wait()
	})
}

// eventsCommand is what an operator does about events.
func eventsCommand(
	ctx context.Context, args []string, getenv func(string) string, stdout io.Writer, log *slog.Logger,
) error {
	config, err := ReadConfig(getenv)
	if err = errors.Join(err, config.validateDatabase()); err == nil && config.DatabaseURL == memoryURL {
		err = errors.New("DATABASE_URL: got memory:, which has no events; want that of the app")
	}
	if err != nil {
		return usageError{err}
	}
	db, closeDB, err := openDatabase(ctx, config, nil, ops.NewMetrics(), log)
	if err != nil {
		return err
	}
	defer closeDB()
	err = command.Run(ctx, args, db, []*inbox.Consumer{consumer(db, log)}, stdout)
	if errors.As(err, new(command.UsageError)) {
		return usageError{err}
	}
	return err
}
