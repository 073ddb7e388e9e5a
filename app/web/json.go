package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// statusClientGone is logged when the client did not wait for the answer. [nginx's 499].
const statusClientGone = 499

// statusError is a mistake in the use of HTTP itself: its status says more than the code's own.
type statusError struct {
	status  int
	message string
}

func (e statusError) Error() string { return e.message }

// writeError answers with the code and the user's text of err; the log gets all of it.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	noteError(r.Context(), err)
	detail := api.ErrorDetail{Code: app.ErrorCode(err), Message: app.ErrorMessage(err)}
	status := api.StatusOf(detail.Code)
	if use, ok := errors.AsType[statusError](err); ok {
		status, detail = use.status, api.ErrorDetail{Code: api.CodeOf(use.status), Message: use.message}
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
	w.Header()["Cache-Control"] = noStore
	if err := writeJSON(w, status, api.ErrorBody{Error: detail}); err != nil {
		noteError(r.Context(), err)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	content, _ := buffers.Get().(*bytes.Buffer)
	defer func() {
		if content.Cap() <= maxRequestBytes { // a page of large items is rare, and its memory not worth keeping
			content.Reset()
			buffers.Put(content)
		}
	}()
	if err := encode(content, body); err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = noStore
	}
	w.WriteHeader(status)
	_, _ = w.Write(content.Bytes()) // the client is gone: nobody to tell
	return nil
}

// encode writes JSON and a line break.
func encode(to *bytes.Buffer, body any) error {
	own, is := body.(interface {
		AppendJSON(to []byte) ([]byte, error)
	})
	if !is {
		return json.NewEncoder(to).Encode(body)
	}
	content, err := own.AppendJSON(to.AvailableBuffer())
	_, _ = to.Write(append(content, '\n')) // a buffer takes everything
	return err
}

var (
	buffers           = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	jsonType, noStore = []string{"application/json"}, []string{"no-store"}
)

// readJSON reads the body as one JSON object without unknown fields.
func readJSON[T any](r *http.Request) (in T, err error) {
	// Browsers send other types across sites without asking; this one they ask for.
	if kind := r.Header.Get("Content-Type"); kind != jsonType[0] {
		if kind, _, err := mime.ParseMediaType(kind); err != nil || kind != jsonType[0] {
			return in, statusError{http.StatusUnsupportedMediaType, "Content-Type: want application/json"}
		}
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return in, bodyError(err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return in, app.Errorf(app.CodeInvalid, "body: got nothing, want a JSON object")
	}
	if err := json.Unmarshal(content, &in); err != nil {
		return in, bodyError(err)
	}
	return in, exact(content, reflect.TypeFor[T]())
}

// exact refuses what encoding/json lets pass and the contract does not: unknown names, names in another case, null for
// a value, and bytes that are not UTF-8, which would be replaced. The content was decoded into kind, whose fields are
// all texts and numbers, so that the object is flat up to a name that is unknown.
func exact(content []byte, kind reflect.Type) error {
	if !utf8.Valid(content) {
		return app.Errorf(app.CodeInvalid, "body: got bytes that are not UTF-8")
	}
	for rest := content; ; {
		_, rest, _ = bytes.Cut(rest, []byte{'"'})
		if len(rest) == 0 {
			return nil
		}
		var name []byte
		name, rest = cutString(rest)
		_, rest, _ = bytes.Cut(rest, []byte{':'})
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if !hasField(kind, name) || len(rest) == 0 {
			return app.Errorf(app.CodeInvalid, "body: unknown field %.60q", name)
		}
		switch rest[0] {
		case 'n':
			return app.Errorf(app.CodeInvalid, "body: %s: got null, want a value", name)
		case '"':
			_, rest = cutString(rest[1:])
		}
	}
}

// cutString parts what follows an opening quote at the closing one.
func cutString(text []byte) (inside, after []byte) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i], text[i+1:]
		}
	}
	return text, nil
}

func hasField(kind reflect.Type, name []byte) bool {
	if bytes.IndexByte(name, '\\') >= 0 {
		var plain string
		_ = json.Unmarshal([]byte(`"`+string(name)+`"`), &plain) // it was decoded before
		name = []byte(plain)
	}
	names, known := fieldNames.Load(kind)
	if !known {
		var all []string
		for field := range kind.Fields() {
			if tag := field.Tag.Get("json"); tag != "-" { // one that is no part of the body
				all = append(all, tag)
			}
		}
		names, _ = fieldNames.LoadOrStore(kind, all)
	}
	of, _ := names.([]string)
	return slices.Contains(of, string(name))
}

// fieldNames are those in JSON of a kind: []string by reflect.Type.
var fieldNames sync.Map

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &tooLarge):
		return statusError{
			http.StatusRequestEntityTooLarge, fmt.Sprintf("body: want at most %d bytes", maxRequestBytes),
		}
	case errors.As(err, &syntax) && strings.HasSuffix(syntax.Error(), "after top-level value"):
		return app.Errorf(app.CodeInvalid, "body: got more than one JSON value, want one object")
	case errors.As(err, &syntax):
		return app.Errorf(app.CodeInvalid, "body: got broken JSON, want one object")
	case errors.As(err, &kind):
		return app.Errorf(app.CodeInvalid, "body: %s: got a JSON %s, want %s", kind.Field, kind.Value, jsonKind(kind))
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
