package killmatrix_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/events/eventstest"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/store/postgres"
	"github.com/ladder-iac/ladder/app/topology"
)

// Mutants of the routing between writer and replicas.
const (
	naivePool  = "pool that keeps connections to a demoted server"
	anyReplica = "any replica is fresh enough"
	noFreeze   = "writes go on while the writer moves"
)

func open(t *testing.T, config postgres.Config) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.WithoutCancel(t.Context()), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	if config.Topology != nil {
		eventually(t, "all replicas answer", func() bool {
			for _, node := range db.Status().Nodes[1:] {
				if node.Out {
					return false
				}
			}
			return true
		})
	}
	return db
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	require.Eventually(t, is, patience, 5*time.Millisecond, what)
}

func hostOf(s *pgtest.Server) topology.Host { return topology.Host{Host: s.Host(), Port: pgtest.Port} }

// smallCluster is a primary with one replica and the app's schema, for a run that changes their roles.
func smallCluster(t *testing.T) (*pgtest.Cluster, pgtest.DB) {
	t.Helper()
	c := pgtest.StartCluster(t, 1)
	db := c.Primary.Database(t, "app")
	require.NoError(t, eventstest.Migrate(t.Context(), db.URL, db.Password))
	c.Replicas[0].CatchUp(t, c.Primary)
	return c, db
}

// demotedWriter is a failover in which the old writer comes back as a standby under the address of the writer: it takes
// connections and answers pings. Then the address moves.
func demotedWriter(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	c, made := smallCluster(t)
	address, err := os.MkdirTemp("", "pgaddr-") //nolint:usetesting // short, as the path of a socket must be
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(address) })
	writer := filepath.Join(address, "writer")
	moveTo := func(s *pgtest.Server) {
		require.NoError(t, os.Symlink(s.Host(), writer+".new"))
		require.NoError(t, os.Rename(writer+".new", writer))
	}
	moveTo(c.Primary)
	used := resources(t)
	db := open(t, postgres.Config{
		URL: made.URL + "&pool_max_conns=1", PasswordFile: made.PasswordFile(t),
		Topology: &topology.Document{Writer: topology.Host{Host: writer, Port: pgtest.Port}, Database: "app"},
		Without:  postgres.Without{Reset: mutant == naivePool, RoleCheck: mutant == naivePool},
	})
	all := newClient(t)
	p, ann := all.serve("one", nil, postgres.NewItems(db)), all.session(t, "ann", app.NewID())
	ann.create(p, "note")
	ann.rewrite(p, "note", 20)

	fault := invariant.Fault{Name: "failover", Began: all.recorder.Now()}
	c.Primary.Shutdown(t)
	c.Replicas[0].Promote(t)
	c.Primary.Follow(t, c.Replicas[0])
	ann.rewrite(p, "note", 5)
	moveTo(c.Replicas[0])
	fault.Cleared = all.recorder.Now()
	for ann.update(p, "note").Outcome != invariant.OK && all.recorder.Now() < fault.Cleared+enough {
		time.Sleep(enough / 25)
	}
	for range 40 { // the mutant reads well, from the standby
		ann.update(p, "note")
	}
	p.close()
	db.Close()
	return invariant.History{
		Operations: all.recorder.Operations(), Final: finalItems(t, c.Replicas[0].DB("app")), Resources: used(),
		Faults: []invariant.Fault{fault},
	}, invariant.Bounds{Failing: 0.4, Recovery: enough}
}

// rewrite updates and reads so many times.
func (s *session) rewrite(p process, key string, times int) {
	for range times {
		s.update(p, key)
		s.read(p, key)
	}
}

// laggingReplica stops the replay of one of two replicas, which no lag is too much for.
func laggingReplica(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	c, made := pg.Cluster(t)
	name := strings.TrimPrefix(strings.SplitN(made.URL, "?", 2)[0], "postgres:///")
	used := resources(t)
	db := open(t, postgres.Config{
		URL: made.URL, PasswordFile: made.PasswordFile(t),
		Topology: &topology.Document{
			Writer: hostOf(c.Primary), Readers: []topology.Host{hostOf(c.Replicas[0]), hostOf(c.Replicas[1])}, Database: name,
		},
		Limits: postgres.Limits{
			MaxLag: time.Hour, RejoinLag: time.Hour, RejoinAfter: time.Millisecond, Window: 2 * time.Hour,
			MaxSilence: patience, MaxFailures: 1000, ReadTime: patience,
		},
		Without: postgres.Without{Freshness: mutant == anyReplica},
	})
	all := newClient(t)
	p, ann := all.serve("one", nil, postgres.NewItems(db)), all.session(t, "ann", app.NewID())
	ann.create(p, "note")
	for _, replica := range c.Replicas {
		replica.CatchUp(t, c.Primary)
	}
	c.Replicas[0].PauseReplay(t)
	ann.update(p, "note")
	c.Replicas[1].CatchUp(t, c.Primary)
	phone := ann.also("ann's phone")
	for _, reader := range []*session{ann, phone} {
		for range 20 { // each replica in turn
			reader.read(p, "note")
		}
	}
	p.close()
	db.Close()
	return invariant.History{
			Operations: all.recorder.Operations(), Final: finalItems(t, made), Resources: used(),
		}, invariant.Bounds{
			Staleness: time.Hour, Strong: func(o invariant.Operation) bool { return strings.HasSuffix(o.Source, "writer") },
		}
}

// movingWriter is a switchover by document: freeze, promote, point to the new writer. What the old one takes after the
// freeze does not reach the new one.
func movingWriter(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	c, made := smallCluster(t)
	used := resources(t)
	document := topology.Document{Writer: hostOf(c.Primary), Database: "app"}
	db := open(t, postgres.Config{
		URL: made.URL, PasswordFile: made.PasswordFile(t), Topology: &document,
		Limits:  postgres.Limits{FreezeWait: 50 * time.Millisecond},
		Without: postgres.Without{Freeze: mutant == noFreeze},
	})
	all := newClient(t)
	p, ann := all.serve("one", nil, postgres.NewItems(db)), all.session(t, "ann", app.NewID())
	ann.create(p, "note")
	ann.rewrite(p, "note", 5)

	fault := invariant.Fault{Name: "switchover", Began: all.recorder.Now()}
	frozen := document
	frozen.Frozen = true
	require.NoError(t, db.Apply(t.Context(), frozen))
	c.Replicas[0].CatchUp(t, c.Primary)
	c.Replicas[0].Exec(t, "ALTER SYSTEM SET primary_conninfo = ''")
	c.Replicas[0].Exec(t, "SELECT pg_reload_conf()")
	eventually(t, "the replica is cut off", func() bool {
		return c.Primary.Value(t, "SELECT count(*)::text FROM pg_stat_replication") == "0"
	})
	ann.update(p, "note")
	c.Replicas[0].Promote(t)
	document.Writer = hostOf(c.Replicas[0])
	require.NoError(t, db.Apply(t.Context(), document))
	fault.Cleared = all.recorder.Now()
	ann.read(p, "note")
	ann.rewrite(p, "note", 5)
	p.close()
	db.Close()
	return invariant.History{
		Operations: all.recorder.Operations(), Final: finalItems(t, c.Replicas[0].DB("app")), Resources: used(),
		Faults: []invariant.Fault{fault},
	}, invariant.Bounds{Failing: 0.5, Recovery: enough}
}
