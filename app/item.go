package app

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/google/uuid"
)

// Limits of an item and of a page of items. [project limits].
const (
	MaxTitleRunes    = 200
	MaxBodyBytes     = 16 << 10
	DefaultPageItems = 20
	MaxPageItems     = 100
)

// Item is a note of one user. Nobody else can see it.
type Item struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Version   int64     `json:"version"` // 1 at first, one more with each update
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// NewItem is what a user gives to make an item.
type NewItem struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// ItemChange replaces title and body of an item that is still at Version.
type ItemChange struct {
	ID      string `json:"-"`
	Version int64  `json:"version"`
	Title   string `json:"title"`
	Body    string `json:"body"`
}

// ItemQuery asks for one page of items.
type ItemQuery struct {
	Limit  int    // 1..MaxPageItems; 0 means DefaultPageItems
	Cursor string // ItemPage.Next of the page before; empty for the first page
}

// ItemPage is a part of a user's items, newest first.
type ItemPage struct {
	Items []Item `json:"items"`
	Next  string `json:"next,omitempty"` // cursor of the next page; empty on the last
}

// ItemService keeps the items of users. Errors carry a Code; any method may answer unavailable, and
// not_found is the answer for an item that does not exist and for one of somebody else alike.
// Writes honour WithIdempotencyKey.
type ItemService interface {
	// CreateItem makes an item: invalid with all mistakes at once.
	CreateItem(ctx context.Context, caller Caller, in NewItem) (Item, error)
	// Item returns one item: not_found.
	Item(ctx context.Context, caller Caller, id string) (Item, error)
	// Items returns a page, newest first: invalid for a limit out of range or a cursor that is not ours.
	Items(ctx context.Context, caller Caller, query ItemQuery) (ItemPage, error)
	// UpdateItem replaces an item: invalid, not_found, conflict when the item is at another version.
	UpdateItem(ctx context.Context, caller Caller, in ItemChange) (Item, error)
	// DeleteItem removes an item: not_found, also the second time.
	DeleteItem(ctx context.Context, caller Caller, id string) error
}

// Validate reports all mistakes in one invalid error.
func (in NewItem) Validate() error {
	var bad mistakes
	bad.line("title", in.Title, MaxTitleRunes)
	bad.text("body", in.Body, MaxBodyBytes)
	return bad.err()
}

// Validate reports all mistakes in one invalid error.
func (in ItemChange) Validate() error {
	var bad mistakes
	bad.line("title", in.Title, MaxTitleRunes)
	bad.text("body", in.Body, MaxBodyBytes)
	bad.version(in.Version)
	return bad.err()
}

// Resolve returns the number of items to read and the id to start after (older than), or an invalid error.
func (q ItemQuery) Resolve() (limit int, after string, err error) {
	var bad mistakes
	limit = q.Limit
	if limit == 0 {
		limit = DefaultPageItems
	}
	if limit < 1 || limit > MaxPageItems {
		bad.add("limit: got %d, want 1 to %d", q.Limit, MaxPageItems)
	}
	if q.Cursor != "" {
		raw, decodeErr := base64.RawURLEncoding.DecodeString(q.Cursor)
		after = string(raw)
		if decodeErr != nil || !IsID(after) || cursorOf(after) != q.Cursor {
			bad.add("cursor: got %q, want the value of next from the page before", short(q.Cursor))
		}
	}
	return limit, after, bad.err()
}

// Page cuts items, read with one more than limit, into a page with the cursor of the next one.
func Page(items []Item, limit int) ItemPage {
	if len(items) <= limit {
		return ItemPage{Items: items}
	}
	return ItemPage{Items: items[:limit], Next: cursorOf(items[limit-1].ID)}
}

// Newest returns when one of the items was last changed; long ago when there are none.
func (p ItemPage) Newest() (newest time.Time) {
	for _, item := range p.Items {
		if item.UpdatedAt.After(newest) {
			newest = item.UpdatedAt
		}
	}
	return newest
}

func cursorOf(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// VersionConflict is the answer to an update of something (an item, a profile) that has moved on.
func VersionConflict(what string, got, current int64) error {
	return Errorf(CodeConflict, "version: got %d, the %s is at %d; read it again and repeat the change",
		got, what, current)
}

// NoSuchItem is the answer for an item that does not exist or is somebody else's.
func NoSuchItem() error { return Errorf(CodeNotFound, "no such item") }

// NewID returns an id that sorts by time of creation (UUID version 7), so that ids are page cursors.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// IsID reports whether s is an id in its one written form: a UUID in lower case.
func IsID(s string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		digit := '0' <= s[i] && s[i] <= '9' || 'a' <= s[i] && s[i] <= 'f'
		if s[i] != '-' && !digit || (s[i] == '-') != (form[i] == '-') {
			return false
		}
	}
	return true
}

// Now returns the time in the precision that every store keeps.
func Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// text checks a text of any number of lines: at most limit bytes, no NUL (PostgreSQL cannot keep one).
func (m *mistakes) text(field, value string, limit int) {
	switch {
	case len(value) > limit:
		m.add("%s: got %d bytes, want at most %d", field, len(value), limit)
	case !IsText(value):
		m.add("%s: got a NUL character or broken UTF-8, want text", field)
	}
}
