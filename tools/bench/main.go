// Command bench compares the app with what one would write instead of it, on one PostgreSQL server, with the same
// statements, the same JSON and the same number of connections, in interleaved rounds.
//
//	go run .                                      # about 40 minutes
//	go run . -rounds 5 -visit 400ms -warm 200ms -lead 500ms   # some minutes, in which caches are cold
//	taskset -c 0 go run . -cpus 1 -procs 1   # generator and database on one core, the peer on the other
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/peer"
)

var allPeers = []string{
	peer.Calibrator, peer.SQL, peer.PGX, peer.PGXToken, peer.Fiber, peer.Gorm, peer.App, peer.AppPlain,
}

// options are the flags.
type options struct {
	peers     []string
	workloads []string
	rounds    int
	repeats   int
	visit     time.Duration // of each of the two loads of a visit
	lead      time.Duration
	warm      time.Duration
	rate      float64
	conns     int
	pool      int
	procs     int
	items     int
	hot       int
	cpus      string
	appEnv    []string
	logs      string
	profiles  string
}

func main() {
	ctx, forget := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer forget()
	if err := run(ctx, os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o := options{peers: allPeers, workloads: []string{workRead, workZipf, workUpdate}}
	var served peer.Config
	migrate := false
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Func("peers", "which, separated by commas; default all of "+strings.Join(allPeers, ", "),
		choice(&o.peers, allPeers))
	flags.Func("workloads", "which of "+strings.Join(workloads, ", ")+"; default read,zipf,update",
		choice(&o.workloads, workloads))
	flags.IntVar(&o.rounds, "rounds", 7, "rounds of each workload; each visits all peers there and back")
	flags.IntVar(&o.repeats, "repeats", 2, "times that a load is repeated when lag, steal or the generator spoil it")
	flags.DurationVar(&o.visit, "visit", 2*time.Second,
		"length of each of the two loads of a visit, of which a round has two for each peer")
	flags.DurationVar(&o.lead, "lead", 30*time.Second, "length of the load before a visit of the app where its cache may "+
		"help, not measured; after a shorter one than things are kept, fewer are read again than in the long run")
	flags.DurationVar(&o.warm, "warm", time.Second,
		"length of the load before each visit, not measured, and of that which finds a peer's peak")
	flags.Float64Var(&o.rate, "rate", 0, "requests a second; 0 is half of the slowest peer's peak")
	flags.IntVar(&o.conns, "conns", 64, "connections to a peer: with few of them the generator sleeps between answers, "+
		"and a peer pays for waking it")
	flags.IntVar(&o.pool, "pool", 10, "connections of a peer to the database, 1 to 10")
	flags.IntVar(&o.procs, "procs", runtime.NumCPU(), "GOMAXPROCS of a peer")
	flags.IntVar(&o.items, "items", 200_000, "items in the database")
	flags.IntVar(&o.hot, "hot", 10_000, "items that zipf chooses from")
	flags.StringVar(&o.cpus, "cpus", "", "cores for the peers, as taskset wants them; default any")
	flags.StringVar(&o.logs, "log", "", "directory for the peers' logs; default /dev/null")
	flags.StringVar(&o.profiles, "profile", "", "directory for CPU profiles of the peers; default none, they cost")
	flags.Func("app-env", "NAME=VALUE for the app; may be repeated", func(value string) error {
		o.appEnv = append(o.appEnv, value)
		return nil
	})
	flags.StringVar(&served.Name, "serve", "", "be a peer; for the driver")
	flags.StringVar(&served.Listen, "listen", "", "where to be a peer; for the driver")
	flags.StringVar(&served.Owner, "owner", "", "whose items to serve; for the driver")
	profile := flags.String("profile-to", "", "file for a CPU profile of this peer; for the driver")
	flags.BoolVar(&migrate, "migrate", false, "bring the schema to the app's version; for the driver")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("got arguments %q, want flags only", flags.Args())
	}
	switch {
	case migrate:
		return runApp(ctx, "migrate")
	case served.Name != "":
		served.Conns, served.Database, served.TokenKey = o.pool, os.Getenv(envDatabase), os.Getenv(envTokenKey)
		return child(ctx, served, *profile, os.Stdin, os.Stdout)
	}
	if err := o.validate(); err != nil {
		return err
	}
	return drive(ctx, o, os.Stdout, os.Stderr)
}

func choice(to *[]string, from []string) func(string) error {
	return func(value string) error {
		*to = strings.Split(value, ",")
		for _, one := range *to {
			if !slices.Contains(from, one) {
				return fmt.Errorf("got %q, want some of %s", one, strings.Join(from, ", "))
			}
		}
		return nil
	}
}

func (o options) validate() error {
	var bad []error
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	add(o.rounds >= 1, "-rounds: got %d, want 1 or more", o.rounds)
	add(o.repeats >= 0, "-repeats: got %d, want 0 or more", o.repeats)
	add(o.visit >= 100*time.Millisecond, "-visit: got %s, want 100ms or more", o.visit)
	add(o.lead >= 0, "-lead: got %s, want 0 or more", o.lead)
	add(o.warm >= 100*time.Millisecond, "-warm: got %s, want 100ms or more", o.warm)
	add(o.rate >= 0, "-rate: got %v, want 0 or more", o.rate)
	add(o.conns >= 1, "-conns: got %d, want 1 or more", o.conns)
	add(o.pool >= 1 && o.pool <= 10, "-pool: got %d, want 1 to 10: the server takes 100 connections", o.pool)
	add(o.procs >= 1, "-procs: got %d, want 1 or more", o.procs)
	add(o.items >= 1000, "-items: got %d, want 1000 or more", o.items)
	add(o.hot >= 1 && o.hot <= o.items, "-hot: got %d, want 1 to -items", o.hot)
	return errors.Join(bad...)
}
