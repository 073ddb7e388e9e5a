package killmatrix_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/membus"
	"github.com/ladder-iac/ladder/app/events/outbox"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Mutants of relay and consumer.
const (
	naivePoller = "relay that reads id > last"
	noHold      = "relay and consumer that let newer events pass a failed one"
	noInbox     = "consumer without inbox"
)

const group = "test"

// lateCommit makes the transaction of one request wait at its end for a lock that the test has.
const lateCommit = `
	CREATE TABLE effects (at bigserial, key text, value text, version bigint);
	CREATE TABLE seen (id uuid PRIMARY KEY);
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.scope = (SELECT id FROM users WHERE email LIKE 'late%') THEN
			PERFORM pg_advisory_xact_lock(1);
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER wait AFTER UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION wait()`

// troubledEvents delivers each event twice, lets one fail at first, and holds the transaction of another while later
// ones commit.
func troubledEvents(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	made := pg.New(t)
	test := connect(t, made)
	_, err := test.Exec(t.Context(), lateCommit)
	require.NoError(t, err)
	used := resources(t)
	db := open(t, postgres.Config{
		URL: made.URL + "&lock_timeout=60000&statement_timeout=60000", PasswordFile: made.PasswordFile(t),
	})
	hasher, signer, _ := apptest.Keys(t)
	all := newClient(t)
	p := all.serve("one", postgres.NewUsers(db, hasher, signer), nil)
	consumer := &consumer{db: db}
	stop := consumer.run(t, mutant)
	late, bob := all.signUp(t, p, "late"), all.signUp(t, p, "bob")

	flaky := all.value()
	consumer.refuse.Store(&flaky)
	bob.rename(p, flaky)
	after := bob.rename(p, all.value())
	if mutant == noHold {
		await(t, test, after)
	}
	eventually(t, "the flaky one has failed", func() bool { return consumer.refused.Load() > 0 })
	consumer.refuse.Store(nil)
	await(t, test, after)

	_, err = test.Exec(t.Context(), "SELECT pg_advisory_lock(1)")
	require.NoError(t, err)
	var slow sync.WaitGroup
	slow.Go(func() { late.rename(p, all.value()) })
	eventually(t, "it waits before its commit", func() bool {
		return count(t, test, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1
	})
	await(t, test, bob.rename(p, all.value()))
	_, err = test.Exec(t.Context(), "SELECT pg_advisory_unlock(1)")
	require.NoError(t, err)
	slow.Wait()
	await(t, test, bob.rename(p, all.value()))
	if mutant != naivePoller { // which deletes nothing
		eventually(t, "all is out", func() bool { return count(t, test, "SELECT count(*) FROM outbox") == 0 })
	}
	stop()
	p.close()
	db.Close()
	history := invariant.History{
		Operations: all.recorder.Operations(), Final: scan(t, made, `SELECT id::text, name, version FROM users`),
		Effects: effects(t, test), Resources: used(),
	}
	require.NoError(t, test.Close(t.Context()))
	return history, invariant.Bounds{}
}

// signUp makes a user, whose key is his id.
func (c *client) signUp(t *testing.T, p process, name string) *session {
	t.Helper()
	s := c.session(t, name, app.NewID())
	in := app.SignUp{Email: name + "-" + app.NewID() + "@example.com", Name: c.value(), Password: apptest.Password}
	o := invariant.Operation{Kind: invariant.Write, Value: in.Name, Version: 1}
	o = s.do(o, "POST", p.url+"/api/v1/users", in)
	require.Equal(t, invariant.OK, o.Outcome, o)
	user := c.session(t, name, o.Key)
	user.seen["me"] = o.Version
	return user
}

// rename changes the name of the session's user.
func (s *session) rename(p process, name string) invariant.Operation {
	in := app.ProfileChange{Version: s.seen["me"], Name: name}
	s.seen["me"]++
	o := invariant.Operation{Kind: invariant.Write, Value: name, Version: in.Version + 1}
	return s.do(o, "PUT", p.url+"/api/v1/users/me", in)
}

// await waits for the effect of a write.
func await(t *testing.T, test *pgx.Conn, o invariant.Operation) {
	t.Helper()
	require.Equal(t, invariant.OK, o.Outcome, o)
	eventually(t, "effect of "+o.Value, func() bool {
		return count(t, test, `SELECT count(*) FROM effects WHERE value = $1`, o.Value) > 0
	})
}

func count(t *testing.T, test *pgx.Conn, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, test.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func effects(t *testing.T, test *pgx.Conn) []invariant.Effect {
	t.Helper()
	rows, err := test.Query(t.Context(), `SELECT key, value, version FROM effects ORDER BY at`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[invariant.Effect])
	require.NoError(t, err)
	return all
}

// consumer has the effect of events, and refuses one of them for a while.
type consumer struct {
	db      *postgres.DB
	refuse  atomic.Pointer[string]
	refused atomic.Int64
}

// run starts consumer and relay, or a mutant of one of them.
func (c *consumer) run(t *testing.T, mutant string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	bus, log := membus.New(group), slog.New(slog.DiscardHandler)
	var all sync.WaitGroup
	all.Go(func() {
		var err error
		switch mutant {
		case noInbox:
			err = bus.Subscribe(ctx, group, c.handler(c.effect))
		case noHold:
			err = bus.Subscribe(ctx, group, c.handler(c.onceByID))
		default:
			err = inbox.New(inbox.Config{Name: group, DB: c.db, Effect: c.effect, Log: log}).Run(ctx, bus)
		}
		if err != nil {
			t.Error(err)
		}
	})
	all.Go(func() {
		switch mutant {
		case naivePoller, noHold:
			c.poll(ctx, t, twice{bus}, mutant)
		default:
			outbox.New(outbox.Config{
				Connect: c.db.Session, Bus: twice{bus}, Poll: 10 * time.Millisecond, Standby: 10 * time.Millisecond, Log: log,
			}).Run(ctx)
		}
	})
	return func() {
		cancel()
		all.Wait()
	}
}

// twice delivers everything twice.
type twice struct{ events.Publisher }

// Publish implements events.Publisher.
func (d twice) Publish(ctx context.Context, batch []events.Event) []error {
	d.Publisher.Publish(ctx, batch)
	return d.Publisher.Publish(ctx, batch)
}

func (c *consumer) handler(effect inbox.Effect) events.Handler {
	return func(ctx context.Context, d events.Delivery) events.Outcome {
		err := c.db.Transact(ctx, func(ctx context.Context, tx events.Querier) error { return effect(ctx, tx, d.Event) })
		if err != nil {
			return events.Retry(10 * time.Millisecond)
		}
		return events.Ack()
	}
}

func (c *consumer) effect(ctx context.Context, tx events.Querier, e events.Event) error {
	refuse := c.refuse.Load()
	var user events.User
	if err := json.Unmarshal(e.Payload, &user); err != nil {
		return err
	}
	if refuse != nil && *refuse == user.Name {
		c.refused.Add(1)
		return errors.New("refused for now")
	}
	_, err := tx.Exec(ctx, `INSERT INTO effects (key, value, version) VALUES ($1, $2, $3)`, e.Key, user.Name, e.Version)
	return err
}

func (c *consumer) onceByID(ctx context.Context, tx events.Querier, e events.Event) error {
	tag, err := tx.Exec(ctx, `INSERT INTO seen VALUES ($1) ON CONFLICT DO NOTHING`, e.ID)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return c.effect(ctx, tx, e)
}

// poll is a relay that must not be: it remembers the last id, or takes each event by itself, whatever its key.
func (c *consumer) poll(ctx context.Context, t *testing.T, bus events.Publisher, mutant string) {
	t.Helper()
	session, err := c.db.Session(ctx)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = session.Conn.Close(context.WithoutCancel(ctx)) }() // nothing to lose
	last := "00000000-0000-0000-0000-000000000000"
	for events.Sleep(ctx, 5*time.Millisecond) {
		rows, err := session.Conn.Query(context.WithoutCancel(ctx), `SELECT id::text, aggregate, key, type, version, payload
			FROM outbox WHERE id > $1 ORDER BY id`, last)
		if err != nil {
			t.Error(err)
			return
		}
		batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e events.Event, err error) {
			err = row.Scan(&e.ID, &e.Aggregate, &e.Key, &e.Type, &e.Version, &e.Payload)
			return e, err
		})
		if err != nil {
			t.Error(err)
			return
		}
		for _, e := range batch {
			err := bus.Publish(context.WithoutCancel(ctx), []events.Event{e})[0]
			switch {
			case mutant == noHold && err == nil:
				_, err = session.Conn.Exec(context.WithoutCancel(ctx), `DELETE FROM outbox WHERE id = $1`, e.ID)
			case mutant == naivePoller && err == nil:
				last = e.ID
			}
			if err != nil && mutant == naivePoller {
				break
			}
		}
	}
}
