package command_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/command"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/membus"
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

func TestDeadAndReplay(t *testing.T) {
	t.Parallel()
	store := eventstest.Open(t, pg.New(t))
	var repaired atomic.Bool
	consumer := inbox.New(inbox.Config{
		Name: "names", DB: store, Log: slog.New(slog.DiscardHandler), Retry: events.Backoff{First: 1, Max: 1},
		Effect: func(context.Context, events.Querier, events.Event) error {
			if repaired.Load() {
				return nil
			}
			return errors.New("no such\ncolumn")
		},
	})
	bus := membus.New("names")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- consumer.Run(ctx, bus) }()
	first, second := eventstest.Event("ann", 1), eventstest.Event("bob", 1)
	eventstest.Publish(t, bus, first, second)
	stop()
	require.NoError(t, <-ended)

	run := func(args ...string) (string, error) {
		var output strings.Builder
		err := command.Run(t.Context(), args, store, []*inbox.Consumer{consumer}, &output)
		return output.String(), err
	}
	listed, err := run("dead")
	require.NoError(t, err)
	require.Len(t, strings.Split(strings.TrimSpace(listed), "\n"), 3)
	require.Regexp(t, first.ID+` +names +user.renamed +ann +1 +5 +\S+Z +no such column`, listed)

	output, err := run("replay", "--all")
	require.ErrorContains(t, err, "no such")
	require.Equal(t, "0 replayed, 2 failed\n", output)
	repaired.Store(true)
	output, err = run("replay", first.ID)
	require.NoError(t, err)
	require.Equal(t, "1 replayed, 0 failed\n", output)
	_, err = run("replay", first.ID)
	require.ErrorIs(t, err, inbox.ErrNoLetter)
	output, err = run("replay", "--all")
	require.NoError(t, err)
	require.Equal(t, "1 replayed, 0 failed\n", output)
	listed, err = run("dead")
	require.NoError(t, err)
	require.NotContains(t, listed, "names")
}

func TestBacklogAndRepublish(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	store, pool := eventstest.Open(t, db), eventstest.Pool(t, db)
	require.NoError(t, eventstest.Write(t.Context(), pool, eventstest.Event("ann", 1)))
	var output strings.Builder
	require.NoError(t, command.Run(t.Context(), []string{"backlog"}, store, nil, &output))
	require.NoError(t, command.Run(t.Context(), []string{"republish", "--commits-lost"}, store, nil, &output))
	require.Regexp(t, `^1 waiting, the oldest for \S+s\n0 users will be told of\n$`, output.String())
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		nil,
		{"other"},
		{"replay"},
		{"replay", "1"},
		{"replay", "--all", "0199e0c1-0000-7000-8000-000000000000"},
		{"dead", "x"},
		{"backlog", "--all"},
	} {
		var wrong command.UsageError
		require.ErrorAs(t, command.Run(t.Context(), args, nil, nil, &strings.Builder{}), &wrong, "%q", args)
		require.Contains(t, wrong.Error(), "usage: app events")
	}
}
