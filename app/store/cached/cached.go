// Package cached answers reads of users and items from caches, in front of any implementation.
//
// Single items and profiles are kept; pages are not, because nothing in them tells which of two is newer. A user reads
// his own writes: the freshness token says when he last wrote, as far as he knows, and a value that may not hold that
// is read again.
package cached

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
)

// Prefixes of keys. The number is that of the form of what is kept: raise it with every change of app.Item or
// app.User, so that two versions of the app do not read each other's values.
const (
	itemPrefix = "item1:"
	userPrefix = "user2:"
)

// Config says how reads are kept.
type Config struct {
	Bytes  int64            // bound of what the process keeps; 7/8 of it for items
	Times  cache.Times      // default cache.DefaultTimes
	Fills  int              // reads of the store at the same time, for items and for users each; default 16
	Shared *cache.Shared    // default none
	Write  cache.AfterWrite // for tests
	// Merge returns a token of the store that stands for what two do, Holds is that of cache.Config. Both are needed
	// where replicas lag: without them a user who saw what another session of his wrote may see the older value again.
	// Default: the first token that is not empty, and always.
	Merge func(token, also string) string
	Holds func(token, also string) bool
	// Enabled is asked with each read whether to use what is kept; default always. Writes are noted in any case, so
	// that it may be turned on at any time.
	Enabled func(ctx context.Context, userID string) bool
}

// Caches are what a process keeps.
type Caches struct {
	config  Config
	horizon time.Duration // what was written longer ago is in everything that is kept
	items   *cache.Cache[app.Item]
	users   *cache.Cache[app.User]
}

// New returns empty Caches.
func New(config Config) (*Caches, error) {
	if config.Times == (cache.Times{}) {
		config.Times = cache.DefaultTimes()
	}
	if config.Enabled == nil {
		config.Enabled = func(context.Context, string) bool { return true }
	}
	if config.Merge == nil {
		config.Merge = func(token, also string) string { return cmp.Or(token, also) }
	}
	const forUsers = 8
	items, err := cache.New(cache.Config[app.Item]{
		Prefix: itemPrefix, Bytes: config.Bytes - config.Bytes/forUsers, Times: config.Times, Fills: config.Fills,
		Write: config.Write, Shared: config.Shared, Holds: config.Holds,
		Size:    func(i app.Item) int { return len(i.ID) + len(i.Title) + len(i.Body) },
		Missing: func(err error) bool { return app.ErrorCode(err) == app.CodeNotFound }, Absent: app.NoSuchItem,
	})
	if err != nil {
		return nil, err
	}
	users, err := cache.New(cache.Config[app.User]{
		Prefix: userPrefix, Bytes: config.Bytes / forUsers, Times: config.Times, Fills: config.Fills,
		Write: config.Write, Shared: config.Shared, Holds: config.Holds,
		Size:    func(u app.User) int { return len(u.ID) + len(u.Email) + len(u.Name) },
		Missing: isNoSuchUser, Absent: app.NoSuchUser,
	})
	if err != nil {
		return nil, err
	}
	const jitter = 2 // more than its tenth
	horizon := config.Times.Lag + jitter*(config.Times.Keep+config.Times.Shared)
	return &Caches{config: config, horizon: horizon, items: items, users: users}, nil
}

// isNoSuchUser tells the answer that the user is gone from that of a remote service that does not believe the token.
func isNoSuchUser(err error) bool {
	return app.ErrorCode(err) == app.CodeUnauthenticated && app.ErrorMessage(err) == app.ErrorMessage(app.NoSuchUser())
}

// Close waits for reads in the background. The services behind must still be open.
func (c *Caches) Close() {
	c.items.Close()
	c.users.Close()
}

// Counts are those of both caches.
type Counts struct{ Items, Users cache.Counts }

// Counts returns what was counted.
func (c *Caches) Counts() Counts { return Counts{Items: c.items.Counts(), Users: c.users.Counts()} }

// get answers a read of one value.
func get[T any](
	ctx context.Context, c *Caches, kept *cache.Cache[T], caller app.Caller, key string, made func(T) time.Time,
	read func(ctx context.Context) (T, int64, error),
) (T, error) {
	if !c.config.Enabled(ctx, caller.UserID) {
		app.OriginOf(ctx).SetCache(string(cache.Off))
		inner, s := c.open(ctx)
		value, _, err := read(inner)
		at := made(value)
		if kept.Missing(err) {
			at = time.Now()
		}
		s.close(at)
		return value, err
	}
	s := c.session(ctx)
	if found, known, err := kept.Recall(key, s.seen); known {
		app.OriginOf(ctx).SetCache(string(cache.Hit))
		c.close(s, found.Token, cmp.Or(found.GoneBy, made(found.Value)))
		return found.Value, err
	}
	return load(ctx, c, kept, s, key, made, read)
}

// load answers a read of what is not kept, or has to be read again.
func load[T any](
	ctx context.Context, c *Caches, kept *cache.Cache[T], s session, key string, made func(T) time.Time,
	read func(ctx context.Context) (T, int64, error),
) (T, error) {
	// The read may go on for others when this request has ended, so what it tells of itself is kept apart.
	var told atomic.Pointer[app.OriginParts]
	found, source, err := kept.Get(ctx, key, s.seen, func(loading context.Context) (cache.Loaded[T], error) {
		loading, origin := app.WithRequest(loading, app.RequestID(ctx), s.seen.Token)
		value, version, err := read(loading)
		parts := origin.Parts()
		told.Store(&parts)
		return cache.Loaded[T]{Value: value, Version: version, Token: app.Freshness(loading).Get()}, err
	})
	app.OriginOf(ctx).SetCache(string(source))
	if own := told.Load(); own != nil {
		tellOrigin(ctx, own)
	}
	c.close(s, found.Token, cmp.Or(found.GoneBy, made(found.Value)))
	return found.Value, err
}

// close ends a read with the token of whoever has read the value. It is news while a replica, or something that is
// kept, may be without what was made then. When a value went is not known: at the latest when it was found gone.
func (c *Caches) close(s session, token string, made time.Time) {
	switch {
	case !s.recent(made):
		return
	case token == "" || token == s.seen.Token:
		token = s.seen.Token
	case s.seen.Token != "":
		token = c.config.Merge(s.seen.Token, token)
	}
	s.tell(made, token)
}

func tellOrigin(ctx context.Context, of *app.OriginParts) {
	origin := app.OriginOf(ctx)
	if of.Replica != "" {
		origin.SetReplica(of.Replica)
	}
	if len(of.Roles)+len(of.Nodes) > 0 {
		origin.AddServices(of.Roles, of.Nodes)
	}
}
