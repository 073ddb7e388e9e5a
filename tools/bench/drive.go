package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/peer"
)

// bench is a run: one database, all peers, and what was measured.
type bench struct {
	options
	db      *database
	dir     string
	owner   string
	door    *process // an app beside the peers, for signing in: hashing a password takes 19 MiB, which no peer needs
	peers   []*process
	items   *items
	visits  []visit
	rates   map[string]float64            // of a workload, requests a second
	peaks   map[string]map[string]float64 // of a workload and a peer, answers a second
	tell    io.Writer
	machine machine
}

func drive(ctx context.Context, o options, out, tell io.Writer) (err error) {
	b := &bench{options: o, tell: tell, rates: map[string]float64{}, peaks: map[string]map[string]float64{}}
	if b.dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if b.db, err = startDatabase(ctx); err != nil {
		return err
	}
	defer b.db.harness.close()
	defer func() {
		for _, p := range b.peers {
			p.stop()
		}
		if b.door != nil {
			b.door.stop()
		}
	}()
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if b.machine, err = look(ctx, b.db); err != nil {
		return err
	}
	b.machine.hurried = hurry(true) && hurry(false)
	for _, workload := range o.workloads {
		if err := b.work(ctx, workload); err != nil {
			return fmt.Errorf("%s: %w", workload, err)
		}
	}
	b.machine.lookAgain()
	return b.report(out)
}

// prepare brings up the app, its user and his items, and the other peers.
func (b *bench) prepare(ctx context.Context) error {
	passwordFile, keyFile := filepath.Join(b.dir, "password"), filepath.Join(b.dir, "key")
	if err := os.WriteFile(passwordFile, []byte(b.db.Password+"\n"), 0o600); err != nil {
		return err
	}
	if err := writeTokenKey(keyFile); err != nil {
		return err
	}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // as far as it goes: nobody looks at the traces
	}))
	b.db.harness.Cleanup(collector.Close)
	plain := []string{
		"DATABASE_URL=" + b.db.pooled(b.pool), "DATABASE_PASSWORD_FILE=" + passwordFile,
		envTokenKey + "=" + keyFile, "SHUTDOWN_DELAY=0s",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL, "LOG_LEVEL=WARN", // no peer logs. [app.md B4]
		// All load is one user's, whom the limits are there to stop; they are asked all the same.
		"RATE_LIMIT_USER=1000000", "RATE_LIMIT_ADDRESS=1000000", "SHED_MIN=256",
	}
	plain = append(plain, b.appEnv...)
	if err := migrate(ctx, plain); err != nil {
		return err
	}
	if err := b.openDoor(ctx, plain); err != nil {
		return err
	}
	ids, err := b.db.seed(ctx, b.owner, b.options.items)
	if err != nil {
		return err
	}
	b.items = newItems(ids, b.hot)
	for _, name := range b.options.peers {
		env := []string{envDatabase + "=" + b.db.full(), envTokenKey + "=" + keyFile}
		switch name {
		case peer.App:
			env = append(slices.Clone(plain), "CACHE_URL=memory:")
		case peer.AppPlain:
			env = plain
		}
		if _, err := b.start(ctx, name, env); err != nil {
			return err
		}
	}
	slices.SortFunc(b.peers, func(x, y *process) int {
		return cmp.Compare(slices.Index(allPeers, x.name), slices.Index(allPeers, y.name))
	})
	return b.compare(ctx)
}

// openDoor starts the app that signs up and in, and makes the user.
func (b *bench) openDoor(ctx context.Context, env []string) (err error) {
	unprofiled := b.options
	unprofiled.profiles = ""
	if b.door, err = start(ctx, unprofiled, peer.AppPlain, "", os.DevNull, env); err != nil {
		return err
	}
	b.owner, err = signUp(ctx, b.door.addr)
	return err
}

func migrate(ctx context.Context, env []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-migrate") //nolint:gosec // G204: ourselves
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	return nil
}

func (b *bench) start(ctx context.Context, name string, env []string) (*process, error) {
	log := os.DevNull
	if b.logs != "" {
		log = filepath.Join(b.logs, fileName(name)+".log")
	}
	p, err := start(ctx, b.options, name, b.owner, log, env)
	if err == nil {
		b.peers = append(b.peers, p)
	}
	return p, err
}

// compare makes sure that all peers but the calibrator give the same answers.
func (b *bench) compare(ctx context.Context) (err error) {
	if b.items.token, err = signIn(ctx, b.door.addr); err != nil {
		return err
	}
	alike := slices.DeleteFunc(slices.Clone(b.peers), func(p *process) bool { return p.name == peer.Calibrator })
	for _, path := range []string{itemsPath, itemsPath + "/" + b.items.ids[0]} {
		if err := compare(ctx, alike, path, b.items.token); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) find(name string) *process {
	i := slices.IndexFunc(b.peers, func(p *process) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return b.peers[i]
}

// work warms all peers, finds the rate, and measures: there and back in each round, so that what drifts on the
// machine hits all alike.
func (b *bench) work(ctx context.Context, workload string) (err error) {
	if b.items.token, err = signIn(ctx, b.door.addr); err != nil {
		return err
	}
	if err := b.peak(ctx, workload); err != nil {
		return err
	}
	begin := time.Now()
	for round := range b.rounds {
		there := slices.Clone(b.peers)
		back := slices.Clone(b.peers)
		slices.Reverse(back)
		for _, p := range append(there, back...) {
			v, err := b.visit(ctx, p, workload, round)
			if err != nil {
				return err
			}
			b.visits = append(b.visits, v)
		}
		_, _ = fmt.Fprintf(b.tell, "%s: round %d of %d, %s\n", workload, round+1, b.rounds,
			time.Since(begin).Round(time.Second))
	}
	return nil
}

// peak loads each peer as fast as it answers, and sets the rate to half of what the slowest one can do.
func (b *bench) peak(ctx context.Context, workload string) error {
	b.peaks[workload] = map[string]float64{}
	slowest := 0.0
	for range 2 { // cold, then warm
		slowest = 0
		for _, p := range b.peers {
			result := p.client.Closed(ctx, b.warm, b.conns, b.items.source(workload, p.name))
			if err := ctx.Err(); err != nil {
				return err
			}
			if result.Good() == 0 {
				return fmt.Errorf("%s: no good answer, statuses %v", p.name, result.Statuses)
			}
			b.peaks[workload][p.name] = result.Rate()
			if slowest == 0 || result.Rate() < slowest {
				slowest = result.Rate()
			}
		}
	}
	b.rates[workload] = cmp.Or(b.rate, slowest/2)
	return nil
}
