package events_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/dial"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/events/usernames"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

var pg = pgtest.Shared{Prepare: eventstest.Migrate}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.Main(m)) }

// From a sign-up in the users' database to the name in the one of the data service: phases 1 to 3 in one process,
// phase 4 through a broker.
func TestNamesReachTheDataService(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"memory": func(*testing.T) string { return dial.Memory },
		"nats":   broker,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			usersDB, dataDB := pg.New(t), pg.New(t)
			usersStore, dataStore := eventstest.Open(t, usersDB), eventstest.Open(t, dataDB)
			bus, err := dial.Bus(t.Context(), dial.Config{URL: url(t), Log: slog.New(slog.DiscardHandler)}, usernames.Consumer)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, bus.Close()) })
			start(t, usersStore, dataStore, bus)
			hasher, signer, _ := apptest.Keys(t)
			users := postgres.NewUsers(usersStore, hasher, signer)
			want := map[string]string{}
			var ids []string
			for i := range 5 {
				user, err := users.SignUp(t.Context(), app.SignUp{
					Email: fmt.Sprintf("user%d@example.com", i), Name: "New", Password: "correct horse",
				})
				require.NoError(t, err)
				for version := range int64(3) {
					_, err = users.UpdateProfile(t.Context(), app.Caller{UserID: user.ID},
						app.ProfileChange{Version: version + 1, Name: fmt.Sprintf("User %d.%d", i, version+2)})
					require.NoError(t, err)
				}
				want[user.ID] = fmt.Sprintf("User %d.4", i)
				ids = append(ids, user.ID)
			}
			require.Eventually(t, func() bool {
				names, err := dataStore.UserNames(t.Context(), ids...)
				return err == nil && fmt.Sprint(names) == fmt.Sprint(want)
			}, eventstest.Patience, 20*time.Millisecond)
			require.Eventually(t, func() bool { // what was heard is still to be crossed out
				backlog, err := usersStore.EventBacklog(t.Context())
				return err == nil && backlog == outbox.Backlog{}
			}, eventstest.Patience, 20*time.Millisecond)
		})
	}
}

func start(t *testing.T, users, data *postgres.DB, bus events.Bus) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	relay := outbox.New(outbox.Config{Connect: users.Session, Bus: bus, Log: log})
	consumer := inbox.New(inbox.Config{Name: usernames.Consumer, DB: data, Effect: usernames.Apply, Log: log})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var done sync.WaitGroup
	done.Go(func() { relay.Run(ctx) })
	done.Go(func() {
		if err := consumer.Run(ctx, bus); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		done.Wait()
	})
}

func broker(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
	})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	require.True(t, s.ReadyForConnections(eventstest.Patience))
	return s.ClientURL()
}
