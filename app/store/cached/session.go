package cached

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
)

// A freshness token is the time of the user's last write that he knows of, in Unix microseconds to the base 36, a
// mark, and the token of the store behind, which changes with every read and so cannot decide what to read again.
const (
	tokenMark = "~"
	tokenBase = 36
)

// session is what a request knows.
type session struct {
	horizon time.Duration
	seen    cache.Seen
	outer   *app.FreshnessState
	store   *app.FreshnessState // what the store told; nil: it was not asked
}

func (c *Caches) session(ctx context.Context) session {
	s := session{horizon: c.horizon, outer: app.Freshness(ctx)}
	s.seen = split(s.outer.Get())
	return s
}

// open returns the context for the store behind.
func (c *Caches) open(ctx context.Context) (inner context.Context, s session) {
	s = c.session(ctx)
	inner = app.WithFreshness(ctx, s.seen.Token)
	s.store = app.Freshness(inner)
	return inner, s
}

// split parts a token. One without a mark is the store's alone.
func split(token string) cache.Seen {
	first, inner, marked := strings.Cut(token, tokenMark)
	if !marked {
		return cache.Seen{Token: token}
	}
	wrote, err := strconv.ParseInt(first, tokenBase, 64)
	if err != nil || wrote < 0 {
		return cache.Seen{Token: inner}
	}
	latest := time.Now().Add(time.Minute).UnixMicro() // no clock of ours is further ahead
	return cache.Seen{Wrote: min(wrote, latest), Token: inner}
}

func join(seen cache.Seen) string {
	if seen.Wrote == 0 {
		return seen.Token
	}
	return strconv.FormatInt(seen.Wrote, tokenBase) + tokenMark + seen.Token
}

// close tells the request what the store told, and that the user has seen something written at the time made.
func (s session) close(made time.Time) {
	token := s.seen.Token
	if s.store != nil {
		token = s.store.Get()
	}
	s.tell(made, token)
}

// tell leaves what the user has seen from now on.
func (s session) tell(made time.Time, token string) {
	seen := cache.Seen{Wrote: s.seen.Wrote, Token: token}
	if s.recent(made) {
		seen.Wrote = max(seen.Wrote, made.UnixMicro())
	}
	if seen != s.seen {
		s.outer.Set(join(seen))
	}
}

// recent reports whether something written at the time made may be missing on a replica, or in something that is kept.
func (s session) recent(made time.Time) bool { return time.Since(made) < s.horizon }

// closeWrite is close after a write that may have been done. The time of a user's next write is later than that of
// his last, also when another process with a clock behind does it.
func (s session) closeWrite() {
	s.close(time.UnixMicro(max(time.Now().UnixMicro(), s.seen.Wrote+1)))
}
