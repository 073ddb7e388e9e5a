// Package peer is what the app is compared with: the same two reads and one write over the same schema, with the same
// JSON, the same number of connections, and no log. One process serves one of them.
//
// The statements are those of app/store/postgres, letter by letter, except where gorm writes its own.
package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// Names of the peers.
const (
	Calibrator = "calibrator"       // net/http with a fixed answer: what HTTP itself costs here and now
	SQL        = "net/http+sql"     // database/sql over pgx
	PGX        = "net/http+pgxpool" // the bare thing
	// PGXToken is PGX that checks the tokens of the app as the app does.
	PGXToken = "net/http+pgxpool+token" //nolint:gosec // G101: a name
	Fiber    = "fiber+pgxpool"          // Fiber v3
	Gorm     = "gorm+dbresolver"        // prepared statements on, its own transaction around a write off: its fastest
	App      = "app"                    // the app as it is deployed, by app/serve
	AppPlain = "app without cache"      // the same without CACHE_URL
)

// Config says what a peer serves.
type Config struct {
	Name     string
	Listen   string // host:port
	Database string // URL with the password
	Owner    string // of the items
	Conns    int    // to the database
	TokenKey string // file with the app's key; PGXToken needs it
}

const (
	columns   = `id, title, body, version, created_at, updated_at`
	readOne   = `SELECT ` + columns + ` FROM items WHERE owner_id = $1 AND id = $2`
	readPage  = `SELECT ` + columns + ` FROM items WHERE owner_id = $1 ORDER BY id DESC LIMIT $2`
	updateOne = `UPDATE items SET title = $4, body = $5, version = version + 1, updated_at = $6
		WHERE owner_id = $1 AND id = $2 AND version = $3 RETURNING id, version, created_at, updated_at`
)

// store is what a peer asks of the database.
type store interface {
	item(ctx context.Context, id string) (app.Item, error)
	page(ctx context.Context) (app.ItemPage, error)
	update(ctx context.Context, change app.ItemChange) (app.Item, error)
}

var (
	errNotFound = errors.New("no such item")
	errConflict = errors.New("the item is at another version")
)

// Serve serves a peer until ctx ends.
func Serve(ctx context.Context, config Config) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return err
	}
	if config.Name == Calibrator {
		return serveHTTP(ctx, listener, calibrator())
	}
	store, end, err := open(ctx, config)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer end()
	serving := handler(store)
	switch config.Name {
	case Fiber:
		return serveFiber(ctx, listener, store)
	case PGXToken:
		if serving, err = signedIn(config.TokenKey, serving); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	return serveHTTP(ctx, listener, serving)
}

func open(ctx context.Context, config Config) (store, func(), error) {
	switch config.Name {
	case SQL:
		return openSQL(config)
	case PGX, PGXToken, Fiber:
		return openPGX(ctx, config)
	case Gorm:
		return openGorm(config)
	}
	return nil, nil, fmt.Errorf("peer: got %q, want one of %s", config.Name,
		strings.Join([]string{Calibrator, SQL, PGX, PGXToken, Fiber, Gorm}, ", "))
}

// serveHTTP has no limits of time: an unexpected one would only make a peer faster to refuse.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })() // the load is over
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// calibrator answers with as many bytes as an item has.
func calibrator() http.Handler {
	answer := []byte(`{"id":"` + strings.Repeat("0", 36) + `","body":"` + strings.Repeat("x", 300) + `"}` + "\n")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // the client is gone: nobody to tell
	})
}
