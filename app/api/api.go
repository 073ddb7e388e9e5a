// Package api is what both ends of the HTTP API agree on: codes and statuses, the form of an error, header names. The
// paths and bodies are in web/openapi.yaml.
package api

import (
	"net/http"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// Base is the path of the version of the API.
const Base = "/api/v1"

// RequestTime is how long a request may work. Servers must not cut the connection before.
const RequestTime = 5 * time.Second

// Headers of requests and answers.
const (
	RequestID      = "X-Request-Id"      // from the edge to the last service
	IdempotencyKey = "Idempotency-Key"   // of a write
	Replayed       = "Idempotent-Replay" // "true" on an answer that was kept
	Freshness      = "X-Ladder-Freshness"
	Origin         = "X-Ladder-Origin" // what answered, as a query: phase=2&role=all&node=n-1&cache=hit
)

// Names in Origin.
const (
	Phase   = "phase"
	Version = "version" // of the nearest process
	Role    = "role"    // of each process that the request went through, nearest first
	Node    = "node"    // likewise
	Cache   = "cache"
	Replica = "replica"
)

// FreshnessCookie carries a freshness token for browsers.
const FreshnessCookie = "freshness"

// ErrorBody is the body of every failure.
type ErrorBody struct {
	Error ErrorDetail `json:"error"`
}

// ErrorDetail says what failed.
type ErrorDetail struct {
	Code    app.Code `json:"code"`
	Message string   `json:"message"`
}

// codeStatuses is the one table between codes and HTTP. A code is written as its first status; any status of the
// table is read back as its code. The last rows are what balancers between two services answer by themselves.
var codeStatuses = []struct {
	code   app.Code
	status int
}{
	{app.CodeInvalid, http.StatusBadRequest},
	{app.CodeInvalid, http.StatusMethodNotAllowed},
	{app.CodeInvalid, http.StatusRequestEntityTooLarge},
	{app.CodeInvalid, http.StatusUnsupportedMediaType},
	{app.CodeUnauthenticated, http.StatusUnauthorized},
	{app.CodeNotFound, http.StatusNotFound},
	{app.CodeConflict, http.StatusConflict},
	{app.CodeUnavailable, http.StatusServiceUnavailable},
	{app.CodeInternal, http.StatusInternalServerError},
	{app.CodeUnavailable, http.StatusTooManyRequests},
	{app.CodeUnavailable, http.StatusBadGateway},
	{app.CodeUnavailable, http.StatusGatewayTimeout},
}

// StatusOf returns the status that a code is written as.
func StatusOf(code app.Code) int {
	for _, row := range codeStatuses {
		if row.code == code {
			return row.status
		}
	}
	return http.StatusInternalServerError
}

// CodeOf returns the code that a status stands for.
func CodeOf(status int) app.Code {
	for _, row := range codeStatuses {
		if row.status == status {
			return row.code
		}
	}
	return app.CodeInternal
}

// IsCode reports whether code is one of the table.
func IsCode(code app.Code) bool {
	for _, row := range codeStatuses {
		if row.code == code {
			return true
		}
	}
	return false
}
