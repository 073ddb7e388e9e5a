package cached

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
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
	wrote   int64  // Unix µs; 0: of no write
	token   string // the store's own
	outer   *app.FreshnessState
	store   *app.FreshnessState // what the store told; nil: it was not asked
}

func (c *Caches) session(ctx context.Context) session {
	s := session{horizon: c.horizon, outer: app.Freshness(ctx)}
	s.wrote, s.token = split(s.outer.Get())
	return s
}

// open returns the context for the store behind.
func (c *Caches) open(ctx context.Context) (inner context.Context, s session) {
	s = c.session(ctx)
	inner = app.WithFreshness(ctx, s.token)
	s.store = app.Freshness(inner)
	return inner, s
}

// split parts a token. One without a mark is the store's alone.
func split(token string) (wrote int64, inner string) {
	first, rest, marked := strings.Cut(token, tokenMark)
	if !marked {
		return 0, token
	}
	wrote, err := strconv.ParseInt(first, tokenBase, 64)
	if err != nil || wrote < 0 {
		return 0, rest
	}
	return min(wrote, time.Now().Add(time.Minute).UnixMicro()), rest // no clock of ours is further ahead
}

func join(wrote int64, inner string) string {
	if wrote == 0 {
		return inner
	}
	return strconv.FormatInt(wrote, tokenBase) + tokenMark + inner
}

// close tells the request what the store told, and that the user has seen something written at the time seen.
func (s session) close(seen time.Time) {
	token, changed := s.token, false
	if s.store != nil {
		if told, has := s.store.Changed(); has {
			token, changed = told, true
		}
	}
	s.tell(seen, token, changed)
}

func (s session) tell(seen time.Time, token string, changed bool) {
	wrote := s.wrote
	if s.news(seen) {
		wrote = seen.UnixMicro()
	}
	if changed || wrote != s.wrote {
		s.outer.Set(join(wrote, token))
	}
}

// news reports whether something written at the time seen is newer than all that the user knows of, and may be missing
// in something that is kept.
func (s session) news(seen time.Time) bool {
	return time.Since(seen) < s.horizon && seen.UnixMicro() > s.wrote
}

// closeWrite is close after a write that may have been done. The time of a user's next write is later than that of
// his last, also when another process with a clock behind does it.
func (s session) closeWrite() {
	s.close(time.UnixMicro(max(time.Now().UnixMicro(), s.wrote+1)))
}
