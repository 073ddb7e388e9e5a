// Package app is the domain of the web app: users, their items, the two services and the error codes.
//
// It imports nothing else of this module. Every technology lives in a package of its own beside it
// (store/memory, store/postgres, web) and knows the domain, not the others.
package app

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a user's fields. [project limits; the address length is RFC 5321's].
const (
	MaxEmailBytes    = 254
	MaxNameRunes     = 80
	MinPasswordRunes = 8
	MaxPasswordBytes = 256 // bounds the work of the hash
)

// User is somebody who signed up.
type User struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"` // lower case, unique
	Name      string    `json:"name"`
	Version   int64     `json:"version"` // 1 at first, one more with each update
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is that of the last change; zero in answers of binaries that do not know it.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// SignUp is what somebody gives to become a user.
type SignUp struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// SignIn is what a user gives to get a session.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// ProfileChange replaces the name of a user who is still at Version.
type ProfileChange struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
}

// Session is the proof of a sign-in.
type Session struct {
	Token     string    `json:"token"` // a bearer token; a secret
	ExpiresAt time.Time `json:"expires_at"`
	User      User      `json:"user"`
}

// Caller is who asks: a user whose token was verified. Remote implementations pass the token on.
type Caller struct {
	UserID string
	Token  string
}

// UserService keeps users and their sessions. Errors carry a Code; any method may answer unavailable.
// SignUp and UpdateProfile honour WithIdempotencyKey.
type UserService interface {
	// SignUp makes a user: invalid with all mistakes at once, conflict when the address is taken.
	SignUp(ctx context.Context, in SignUp) (User, error)
	// SignIn opens a session: unauthenticated when address or password is wrong, never saying which.
	SignIn(ctx context.Context, in SignIn) (Session, error)
	// Profile returns the caller: unauthenticated when he is no longer a user.
	Profile(ctx context.Context, caller Caller) (User, error)
	// UpdateProfile changes the caller: invalid, unauthenticated when he is no longer a user, conflict when he is at
	// another version.
	UpdateProfile(ctx context.Context, caller Caller, in ProfileChange) (User, error)
}

// Normalize returns the form that is stored and compared: address in lower case, no space around.
func (in SignUp) Normalize() SignUp {
	in.Email = normalEmail(in.Email)
	in.Name = strings.TrimSpace(in.Name)
	return in
}

// Normalize returns the form that is compared, as for SignUp.
func (in SignIn) Normalize() SignIn {
	in.Email = normalEmail(in.Email)
	return in
}

// Validate reports all mistakes of a normalized SignUp in one invalid error.
func (in SignUp) Validate() error {
	var bad mistakes
	if !validEmail(in.Email) {
		bad.add("email: got %q, want an address such as ann@example.com of at most %d bytes",
			short(in.Email), MaxEmailBytes)
	}
	bad.line("name", in.Name, MaxNameRunes)
	switch {
	case !utf8.ValidString(in.Password):
		bad.add("password: got bytes that are not UTF-8, want text")
	case utf8.RuneCountInString(in.Password) < MinPasswordRunes:
		bad.add("password: got %d characters, want at least %d",
			utf8.RuneCountInString(in.Password), MinPasswordRunes)
	case len(in.Password) > MaxPasswordBytes:
		bad.add("password: got %d bytes, want at most %d", len(in.Password), MaxPasswordBytes)
	}
	return bad.err()
}

// Normalize returns the form that is stored, as for SignUp.
func (in ProfileChange) Normalize() ProfileChange {
	in.Name = strings.TrimSpace(in.Name)
	return in
}

// Validate reports all mistakes of a normalized ProfileChange in one invalid error.
func (in ProfileChange) Validate() error {
	var bad mistakes
	bad.line("name", in.Name, MaxNameRunes)
	bad.version(in.Version)
	return bad.err()
}

// WrongCredentials is the one answer to every failed sign-in, so that it tells nothing about which addresses exist.
func WrongCredentials() error {
	return Errorf(CodeUnauthenticated, "email or password is wrong")
}

// EmailTaken is the answer to a sign-up with an address that is in use.
func EmailTaken(email string) error {
	return Errorf(CodeConflict, "email: %q is taken; sign in instead", email)
}

// NoSuchUser is the answer to a valid token of a user who is gone.
func NoSuchUser() error { return Errorf(CodeUnauthenticated, "the user is gone; sign up again") }

func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func validEmail(s string) bool {
	if s == "" || len(s) > MaxEmailBytes || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s && parsed.Name == ""
}

// mistakes collects what is wrong with an input, so that the caller can repair all of it at once.
type mistakes []string

func (m *mistakes) add(format string, args ...any) { *m = append(*m, fmt.Sprintf(format, args...)) }

// line checks a text of one line: not empty, at most limit runes, nothing unprintable.
func (m *mistakes) line(field, value string, limit int) {
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		m.add("%s: got nothing, want 1 to %d characters", field, limit)
	case n > limit:
		m.add("%s: got %d characters, want 1 to %d", field, n, limit)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		m.add("%s: got control characters or broken UTF-8, want one line of text", field)
	}
}

func (m *mistakes) version(got int64) {
	if got < 1 {
		m.add("version: got %d, want the version that was read, 1 or more", got)
	}
}

func (m *mistakes) err() error {
	if len(*m) == 0 {
		return nil
	}
	return Errorf(CodeInvalid, "%s", strings.Join(*m, "; "))
}

// short cuts a value for an error text.
func short(s string) string {
	const limit = 60
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// IsText reports whether every store can keep or compare s: UTF-8 without NUL.
func IsText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
