package app

import (
	"errors"
	"fmt"
)

// Code says what kind of failure happened. Codes cross the wire: a remote service answers with the
// same code as a local one.
type Code string

// The codes, from "the caller must change something" to "we must".
const (
	CodeInvalid         Code = "invalid"         // the request is wrong; repeating it changes nothing
	CodeUnauthenticated Code = "unauthenticated" // who asks is not known; signing in helps
	CodeNotFound        Code = "not_found"       // no such thing, or it belongs to somebody else
	CodeConflict        Code = "conflict"        // the thing exists or has changed; reading it again helps
	CodeUnavailable     Code = "unavailable"     // a part is down or busy; trying again later helps
	CodeInternal        Code = "internal"        // our mistake; the text is for the log only
)

// Error is a failure with a code and a text that may be shown to the user.
type Error struct {
	Code    Code
	Message string // for the user; never holds a secret or an internal detail
	Err     error  // for the log; may be nil
}

// Error returns the user's text followed by the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error with a code and a text for the user.
func Errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ErrorCode returns the code of err: empty for nil, internal for an error without a code.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if coded, ok := errors.AsType[*Error](err); ok {
		return coded.Code
	}
	return CodeInternal
}

// ErrorMessage returns the text of err that may be shown to the user; internal errors say nothing of their cause.
func ErrorMessage(err error) string {
	if err == nil {
		return ""
	}
	if coded, ok := errors.AsType[*Error](err); ok && coded.Code != CodeInternal {
		return coded.Message
	}
	return "something went wrong on our side; try again later"
}
