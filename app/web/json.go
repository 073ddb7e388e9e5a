package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/ladder-iac/ladder/app"
)

// statusClientGone is logged when the client did not wait for the answer. [nginx's 499].
const statusClientGone = 499

// codeStatuses is the one table between codes and HTTP. A code is written as its first status;
// any status of the table is read back as its code.
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
}

func statusOf(code app.Code) int {
	for _, row := range codeStatuses {
		if row.code == code {
			return row.status
		}
	}
	return http.StatusInternalServerError
}

func codeOf(status int) app.Code {
	for _, row := range codeStatuses {
		if row.status == status {
			return row.code
		}
	}
	return app.CodeInternal
}

// statusError is a mistake in the use of HTTP itself: its status says more than the code's own.
type statusError struct {
	status  int
	message string
}

func (e statusError) Error() string { return e.message }

type errorBody struct {
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Code    app.Code `json:"code"`
	Message string   `json:"message"`
}

// writeError answers with the code and the user's text of err; the log gets all of it.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	noteError(r.Context(), err)
	detail := errorDetail{Code: app.ErrorCode(err), Message: app.ErrorMessage(err)}
	status := statusOf(detail.Code)
	if use, ok := errors.AsType[statusError](err); ok {
		status, detail = use.status, errorDetail{Code: codeOf(use.status), Message: use.message}
	}
	if errors.Is(r.Context().Err(), context.Canceled) {
		status = statusClientGone
	}
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	if err := writeJSON(w, status, errorBody{detail}); err != nil {
		noteError(r.Context(), err)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(content, '\n')) // the client is gone: nobody to tell
	return nil
}

// readJSON reads the body as one JSON object without unknown fields.
func readJSON[T any](r *http.Request) (in T, err error) {
	// Browsers send other types across sites without asking; this one they ask for.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return in, statusError{http.StatusUnsupportedMediaType, "Content-Type: want application/json"}
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, bodyError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return in, bodyError(err)
		}
		return in, app.Errorf(app.CodeInvalid, "body: got more than one JSON value, want one object")
	}
	return in, nil
}

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	unknown, isUnknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case errors.As(err, &tooLarge):
		return statusError{
			http.StatusRequestEntityTooLarge, fmt.Sprintf("body: want at most %d bytes", maxRequestBytes),
		}
	case errors.Is(err, io.EOF):
		return app.Errorf(app.CodeInvalid, "body: got nothing, want a JSON object")
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return app.Errorf(app.CodeInvalid, "body: got broken JSON, want one object")
	case errors.As(err, &kind):
		return app.Errorf(app.CodeInvalid, "body: %s: got a JSON %s, want %s", kind.Field, kind.Value, jsonKind(kind))
	case isUnknown:
		return app.Errorf(app.CodeInvalid, "body: unknown field %.60s", unknown)
	}
	return &app.Error{Code: app.CodeInvalid, Message: "body: could not be read", Err: err}
}

func jsonKind(err *json.UnmarshalTypeError) string {
	switch err.Type.Kind().String() {
	case "string":
		return "a string"
	case "int64":
		return "a whole number"
	}
	return "an object"
}
