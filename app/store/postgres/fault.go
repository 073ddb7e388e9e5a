package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/ladder-iac/ladder/app"
)

// SQLSTATE codes that decide something here. [PostgreSQL manual, appendix A].
const (
	readOnlyTransaction = "25006" // a standby: this connection was left behind by a failover
	adminShutdown       = "57P01"
	crashShutdown       = "57P02"
	cannotConnectNow    = "57P03" // starting or stopping
	featureNotSupported = "0A000" // "cached plan must not change result type" after a migration
	uniqueViolation     = "23505"

	serializationFailure = "40001"
	deadlockDetected     = "40P01"

	undefinedTable = "42P01"

	connectionClass = "08"
	resourceClass   = "53" // too many connections, out of memory, disk full
)

// busyClasses are SQLSTATE classes that pass: resources, lock not available, query cancelled or shut down,
// transaction rolled back by a conflict, wrong credentials after a rotation.
var busyClasses = []string{connectionClass, resourceClass, "28", "40", "55", "57"}

// fault is what an error says about the connection and the statement.
type fault struct {
	stale     bool // the pool may hold more connections to a server that is gone or demoted
	notRun    bool // the server has certainly not done the statement
	elsewhere bool // a read may succeed on another node
}

// errSlow ends a try on a replica.
var errSlow = errors.New("the replica did not answer in its time")

func diagnose(err error) fault {
	switch {
	case errors.Is(err, errBusy), errors.Is(err, errSlow), errors.Is(err, errPromoted), errors.Is(err, errBehind):
		return fault{elsewhere: true}
	case errors.Is(err, errStandby):
		return fault{stale: true, notRun: true}
	case errors.Is(err, puddle.ErrClosedPool): // its node has just left the topology
		return fault{notRun: true}
	}
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		return fault{stale: !ended, notRun: pgconn.SafeToRetry(err)}
	}
	switch server.Code {
	case readOnlyTransaction, cannotConnectNow:
		return fault{stale: true, notRun: true}
	case adminShutdown, crashShutdown:
		return fault{stale: true}
	case featureNotSupported, serializationFailure, deadlockDetected: // rolled back; on a replica: recovery conflict
		return fault{notRun: true}
	}
	return fault{stale: strings.HasPrefix(server.Code, connectionClass)}
}

// coded turns an error of the driver into one of the domain. What passes by itself is unavailable.
func coded(err error) error {
	if err == nil || errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	code := app.CodeUnavailable // no answer from the server: network, timeout
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code != readOnlyTransaction && !isBusy(server.Code) {
		code = app.CodeInternal
	}
	return &app.Error{Code: code, Message: messageOf(err), Err: err}
}

func messageOf(err error) string {
	switch {
	case errors.Is(err, errFrozen):
		return "writes are paused for some seconds; try again"
	case errors.Is(err, errBusy):
		return "the database is busy; try again later"
	case errors.Is(err, errStandby):
		return errStandby.Error()
	}
	return "the database does not answer; try again later"
}

func isBusy(state string) bool {
	for _, class := range busyClasses {
		if strings.HasPrefix(state, class) {
			return true
		}
	}
	return false
}

func isDuplicate(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == uniqueViolation
}

func isUndefinedTable(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == undefinedTable
}
