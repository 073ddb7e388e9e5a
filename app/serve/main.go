// Package serve is the app's process: commands, configuration, wiring, and an orderly start and stop.
//
// Commands: serve (default), migrate, events, secrets, version. Everything else comes from the environment, see Config.
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/ops"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // wrong arguments or environment: starting again changes nothing
)

// migrateWait is how long migrate waits for the database by default: a server that replays its log after a crash
// takes a while.
const migrateWait = time.Minute

const usage = `usage: app [serve [-role all] | migrate [-wait 1m] | events COMMAND | secrets FILES | version]

  serve     serve HTTP until SIGTERM or SIGINT (default)
  migrate   wait for the database, bring its schema to the version of this binary, print the versions
  events    what waits to be published or could not be consumed, and to try again: app events
  secrets   keep files with secrets current, beside an app that reads them: app secrets
  version   print the version of this binary

Roles: all; or web, user and data as three services; or migrate, which is the command.

The environment configures it: LISTEN_ADDR, DATABASE_URL, DATABASE_PASSWORD_FILE, TOPOLOGY, TOPOLOGY_INTERVAL, ROLE,
USER_URL, DATA_URL, NODE_NAME, TOKEN_KEY_FILE, TOKEN_PREVIOUS_KEY_FILES, DOMAIN, TLS_CACHE_DIR, CACHE_URL,
CACHE_PASSWORD_FILE, CACHE_CA_FILE, CACHE_BYTES, FLAGS, FLAGS_KILL_FILE, EVENTS_URL, EVENTS_CREDS_FILE,
EVENTS_REPLICAS, OUTBOX_PARTITIONS, LOG_LEVEL, LOG_SAMPLE, METRICS_ADDR, OTEL_EXPORTER_OTLP_ENDPOINT, TRACE_RATIO,
SHED_MIN, SHED_MAX, SHED_TIME, RATE_LIMIT_USER, RATE_LIMIT_ADDRESS, TRUSTED_PROXIES, PUBLIC_HTTPS, CORS_ORIGIN,
EMF_ADDR, EMF_LOG_GROUP, LADDER_STACK, LADDER_PHASE, SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT. GOGC, GOMEMLIMIT and GOMAXPROCS
are Go's own; by default GOGC is 400 and GOMEMLIMIT nine tenths of what the control group allows.
`

// Main runs a command and returns the exit code. Results go to stdout, the log (JSON lines) and mistakes to stderr.
func Main(
	ctx context.Context, version string, args []string, getenv func(string) string, stdout, stderr io.Writer,
) int {
	command, rest := "serve", args
	if len(args) > 0 {
		command, rest = args[0], args[1:]
	}
	var err error
	switch command {
	case "serve":
		err = serveCommand(ctx, version, rest, getenv, stdout, stderr)
	case "migrate":
		err = migrateCommand(ctx, rest, getenv, stdout)
	case "events":
		err = eventsCommand(ctx, rest, getenv, stdout, slog.New(slog.NewJSONHandler(stderr, nil)))
	case "secrets":
		err = secretsCommand(ctx, rest, slog.New(slog.NewJSONHandler(stderr, nil)))
	case "version":
		err = versionCommand(version, rest, stdout)
	case "help", "-h", "-help", "--help":
		_, err = io.WriteString(stdout, usage)
	default:
		err = usageError{fmt.Errorf("unknown command %q\n%s", command, usage)}
	}
	if err == nil {
		return exitOK
	}
	_, _ = fmt.Fprintf(stderr, "app %s: %v\n", command, err) // no other place to tell
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

// usageError is a mistake in the arguments or the environment.
type usageError struct{ error }

// Unwrap returns the mistake.
func (e usageError) Unwrap() error { return e.error }

func serveCommand(
	ctx context.Context, version string, args []string, getenv func(string) string, stdout, stderr io.Writer,
) error {
	config, err := ReadConfig(getenv)
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error is printed once, by Main
	flags.StringVar(&config.Role, "role", config.Role, "what the process serves; default ROLE")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	if config.Role == roleMigrate {
		return migrateCommand(ctx, flags.Args(), getenv, stdout)
	}
	if err := errors.Join(noArguments("serve", flags.Args()), err, config.Validate()); err != nil {
		return usageError{err}
	}
	log := newLog(stderr, config.LogLevel)
	useMemory(getenv, log)
	return run(ctx, version, config, log)
}

// newLog returns a log whose lines tell of the request's trace and flags.
func newLog(to io.Writer, level slog.Level) *slog.Logger {
	lines := slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})
	return slog.New(ops.LogHandler(lines, flags.LogAttrs))
}

func migrateCommand(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error is printed once, by Main
	wait := flags.Duration("wait", migrateWait, "how long to wait for the database")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	config, err := ReadConfig(getenv)
	err = errors.Join(noArguments("migrate", flags.Args()), err, config.validateDatabase())
	if err == nil && config.DatabaseURL == memoryURL {
		err = errors.New("DATABASE_URL: got memory:, which has no schema; want postgres:///ladder?host=/run/postgresql")
	}
	if err != nil {
		return usageError{err}
	}
	settings, err := migrateConfig(ctx, config)
	if err != nil {
		return err
	}
	done, err := postgres.Migrate(ctx, settings, *wait)
	if err != nil {
		return err
	}
	for _, file := range done.Files {
		if _, err := fmt.Fprintf(stdout, "applied %s\n", file); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "schema version %d -> %d\n", done.From, done.To)
	return err
}

func versionCommand(version string, args []string, stdout io.Writer) error {
	if err := noArguments("version", args); err != nil {
		return usageError{err}
	}
	_, err := fmt.Fprintln(stdout, version)
	return err
}

func noArguments(command string, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s: got arguments %q, want none", command, strings.Join(args, " "))
}
