package usernames_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/usernames"
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

func TestApply(t *testing.T) {
	t.Parallel()
	pool := eventstest.Pool(t, pg.New(t))
	id, unknown := app.NewID(), app.NewID()
	for version, kind := range []string{events.UserRegistered, events.UserRenamed} {
		e := eventstest.Event(id, int64(version+1))
		e.Type = kind
		require.NoError(t, usernames.Apply(t.Context(), pool, e))
	}
	other := eventstest.Event(unknown, 1)
	other.Type = "user.of.a.later.release"
	require.NoError(t, usernames.Apply(t.Context(), pool, other), "not for us")
	names, err := usernames.Of(t.Context(), pool, id, unknown)
	require.NoError(t, err)
	require.Equal(t, map[string]string{id: "Ann 2"}, names)

	for _, payload := range []string{`{}`, `[]`, `{"name":7}`} {
		bad := eventstest.Event(id, 3)
		bad.Payload = []byte(payload)
		require.Error(t, usernames.Apply(t.Context(), pool, bad), payload)
	}
}
