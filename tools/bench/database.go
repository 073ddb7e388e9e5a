package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/procfs"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
)

// harness lets a program use pgtest, which was made for tests.
type harness struct {
	testing.TB // nil: what is not below must not be called

	ctx      context.Context //nolint:containedctx // testing.TB has one as well
	cleanups []func()
}

// failed is the panic of a harness.
type failed struct{ error }

func (h *harness) Helper()                       {}
func (h *harness) Context() context.Context      { return h.ctx }
func (h *harness) Cleanup(f func())              { h.cleanups = append(h.cleanups, f) }
func (h *harness) Fatal(args ...any)             { panic(failed{errors.New(fmt.Sprint(args...))}) }
func (h *harness) Fatalf(form string, a ...any)  { panic(failed{fmt.Errorf(form, a...)}) }
func (h *harness) Logf(form string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, form+"\n", args...) }

func (h *harness) close() {
	for _, end := range slices.Backward(h.cleanups) {
		end()
	}
}

const databaseName = "bench"

// database is an empty database on a server of its own.
type database struct {
	pgtest.DB
	server  *pgtest.Server
	harness *harness
}

// startDatabase starts a server that is reached as one of RDS: over TCP, by TLS.
func startDatabase(ctx context.Context) (db *database, err error) {
	h := &harness{ctx: ctx}
	defer func() {
		if cause := recover(); cause != nil {
			h.close()
			failure, ok := cause.(failed)
			if !ok {
				panic(cause)
			}
			err = failure
		}
	}()
	server := pgtest.Start(h) //nolint:contextcheck // h has it
	server.Database(h, databaseName)
	return &database{DB: server.Secure(h, databaseName), server: server, harness: h}, nil //nolint:contextcheck // h has it
}

// full is the URL with the password.
func (db *database) full() string { return db.URL + "&password=" + url.QueryEscape(db.Password) }

// pooled is the URL without the password, for the app.
func (db *database) pooled(conns int) string {
	return fmt.Sprintf("%s&pool_max_conns=%d", db.URL, conns)
}

// seed makes items of an owner and returns their ids. A title has 30 bytes and a body 256.
func (db *database) seed(ctx context.Context, owner string, count int) (ids []string, err error) {
	conn, err := pgx.Connect(ctx, db.full())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	// Long ago, as most of what is read: of news the app tells its clients, and ours do not listen.
	made := time.Now().UTC().Truncate(time.Microsecond).Add(-24 * time.Hour)
	body := strings.Repeat("0123456789abcdef", 16)
	ids = make([]string, count)
	source := pgx.CopyFromSlice(count, func(i int) ([]any, error) {
		id, err := uuid.NewV7()
		ids[i] = id.String()
		return []any{owner, ids[i], fmt.Sprintf("the item with the number %06d", i), body, int64(1), made, made}, err
	})
	columns := []string{"owner_id", "id", "title", "body", "version", "created_at", "updated_at"}
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"items"}, columns, source); err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	_, err = conn.Exec(ctx, "ANALYZE items")
	return ids, err
}

// used is the processor time of all processes of the server so far, also of those that have ended.
func (db *database) used() (total time.Duration, err error) {
	first := db.server.PID()
	processes, err := procfs.AllProcs()
	if err != nil {
		return 0, err
	}
	for _, process := range processes {
		stat, err := process.Stat()
		if err != nil { // it ended just now
			continue
		}
		if stat.PID == first || stat.PPID == first {
			total += seconds(stat.CPUTime())
		}
		if stat.PID == first {
			total += seconds(float64(stat.CUTime+stat.CSTime) / userHZ)
		}
	}
	return total, nil
}

// userHZ is the unit of times in /proc, whatever the kernel's own is. [proc(5), on all that Go runs on].
const userHZ = 100

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// about returns the version and the settings that matter.
func (db *database) about(ctx context.Context) (text string, err error) {
	conn, err := pgx.Connect(ctx, db.full())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	const query = `SELECT 'PostgreSQL ' || current_setting('server_version') || ', TCP with TLS, shared_buffers ' ||
		current_setting('shared_buffers') || ', fsync ' || current_setting('fsync')`
	return text, conn.QueryRow(ctx, query).Scan(&text)
}
