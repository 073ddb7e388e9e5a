package outbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/events/outbox"
)

// killer ends a relay at a step: a statement's start or end, a batch before or after it is published. The goroutine
// ends there and its connection is cut, as when the process is killed.
type killer struct {
	steps int
	conn  *pgx.Conn
	bus   *recorder
	dead  chan struct{}
	once  sync.Once
}

func (k *killer) step() {
	if k.steps--; k.steps > 0 {
		return
	}
	k.once.Do(func() { close(k.dead) })
	if k.conn != nil {
		_ = k.conn.PgConn().Conn().Close()
	}
	runtime.Goexit()
}

func (k *killer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	k.step()
	return ctx
}

func (k *killer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) { k.step() }

func (k *killer) Publish(ctx context.Context, batch []events.Event) []error {
	k.step()
	half := len(batch) / 2
	errs := k.bus.Publish(ctx, batch[:half])
	k.step()
	errs = append(errs, k.bus.Publish(ctx, batch[half:])...)
	k.step()
	return errs
}

func TestKilledAHundredTimes(t *testing.T) {
	t.Parallel()
	for name, mutant := range map[string]bool{"relay": false, "deleting first loses some": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const kills, keys = 100, 20
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			db := pg.New(t)
			pool := eventstest.Pool(t, db)
			bus := &recorder{}
			stop, written := writeUntil(t, pool, keys)
			for range kills {
				killOne(t, db, &killer{steps: 1 + random.IntN(25), bus: bus, dead: make(chan struct{})}, mutant)
			}
			stop()
			run(t, config(db, bus))
			empty(t, pool)
			if mutant {
				lost := len(written())
				for _, e := range written() {
					if bus.has(e.ID) {
						lost--
					}
				}
				require.Positive(t, lost, "the mutant has to lose some, else this test proves nothing")
				return
			}
			requireAll(t, written(), bus.all())
			require.Greater(t, len(bus.all()), len(written()), "else no kill was between publishing and deleting")
		})
	}
}

// killOne runs a relay until the killer ends it.
func killOne(t *testing.T, db pgtest.DB, k *killer, mutant bool) {
	t.Helper()
	c := config(db, k)
	c.Batch = 10
	c.Connect = func(ctx context.Context) (outbox.Session, error) {
		conn, err := eventstest.Connect(ctx, db, k)
		k.conn = conn
		return outbox.Session{Conn: conn, Current: func() bool { return true }}, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if mutant {
			deleteFirst(t, c)
			return
		}
		outbox.New(c).Run(context.WithoutCancel(t.Context()))
	}()
	select {
	case <-done:
	case <-time.After(eventstest.Patience):
		t.Fatal("the relay was not killed")
	}
	<-k.dead
}

// deleteFirst is the relay that this one must not be: it deletes what it is about to publish.
func deleteFirst(t *testing.T, c outbox.Config) {
	t.Helper()
	const query = `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 10) RETURNING id, key, version`
	session, err := c.Connect(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	for {
		rows, err := session.Conn.Query(t.Context(), query)
		if err != nil {
			t.Error(err)
			return
		}
		batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e events.Event, err error) {
			err = row.Scan(&e.ID, &e.Key, &e.Version)
			return e, err
		})
		if err != nil {
			t.Error(err)
			return
		}
		c.Bus.Publish(t.Context(), batch)
	}
}

// writeUntil writes events of some keys until stop.
func writeUntil(t *testing.T, q events.Querier, keys int) (stop func(), written func() []events.Event) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	var all []events.Event
	done.Go(func() {
		for i := 0; events.Sleep(ctx, 2*time.Millisecond); i++ {
			e := eventstest.Event(fmt.Sprintf("key-%d", i%keys), int64(i/keys+1))
			if err := eventstest.Write(context.WithoutCancel(ctx), q, e); err != nil {
				t.Error(err)
				return
			}
			all = append(all, e)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
	})
	t.Cleanup(stop)
	return stop, func() []events.Event { return all }
}

func requireAll(t *testing.T, written, taken []events.Event) {
	t.Helper()
	times := map[string]int{}
	for _, e := range taken {
		times[e.ID]++
	}
	for _, e := range written {
		require.Positive(t, times[e.ID], "lost: %s version %d", e.Key, e.Version)
	}
	require.Len(t, times, len(written), "nothing that nobody wrote")
	requireOrder(t, taken)
	t.Logf("%d events, %d duplicates", len(written), len(taken)-len(written))
}

const childEnv = "OUTBOX_TEST_DATABASE"

// childOr makes this binary the relay of another process when it is started as one: what it publishes goes to its
// output, a line each.
func childOr(m interface{ Run() int }) interface{ Run() int } {
	var db pgtest.DB
	if json.Unmarshal([]byte(os.Getenv(childEnv)), &db) != nil {
		return m
	}
	return runFunc(func() int {
		outbox.New(config(db, printer{})).Run(context.Background())
		return 0
	})
}

type runFunc func() int

func (f runFunc) Run() int { return f() }

type printer struct{}

func (printer) Publish(_ context.Context, batch []events.Event) []error {
	for _, e := range batch {
		content, _ := json.Marshal(e)
		fmt.Println(string(content))
	}
	return make([]error, len(batch))
}

func TestProcessKilled(t *testing.T) {
	t.Parallel()
	const kills = 8
	db := pg.New(t)
	pool := eventstest.Pool(t, db)
	bus := &recorder{}
	stop, written := writeUntil(t, pool, 20)
	target, err := json.Marshal(db)
	require.NoError(t, err)
	for range kills {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childEnv+"="+string(target))
		output, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		killAfterSome(t, child, output, bus)
	}
	stop()
	run(t, config(db, bus))
	empty(t, pool)
	requireAll(t, written(), bus.all())
}

func killAfterSome(t *testing.T, child *exec.Cmd, output io.Reader, bus *recorder) {
	t.Helper()
	lines := bufio.NewScanner(output)
	for n := rand.IntN(40); lines.Scan(); n-- {
		var e events.Event
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e), "a whole line: %s", lines.Text())
		bus.Publish(t.Context(), []events.Event{e})
		if n == 0 {
			require.NoError(t, child.Process.Kill())
		}
	}
	require.Error(t, child.Wait(), "it was killed")
}
