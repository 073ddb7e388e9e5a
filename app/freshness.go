package app

import (
	"context"
	"strings"
	"sync"
)

// MaxFreshnessBytes is the length of a freshness token. [project limit].
const MaxFreshnessBytes = 256

// FreshnessState says how new the data of a request has to be. A store reads it before a read, and sets the
// position of its commit after a write. Tokens mean something to the store only.
type FreshnessState struct {
	mu      sync.Mutex
	token   string
	changed bool
}

// WithFreshness returns a context of a request that has seen what token stands for; empty means nothing yet.
func WithFreshness(ctx context.Context, token string) context.Context {
	return with(ctx, &FreshnessState{token: token})
}

// Freshness returns the state of the request that ctx belongs to; without a request it is one that nobody else sees.
func Freshness(ctx context.Context) *FreshnessState {
	if state, ok := from[*FreshnessState](ctx); ok {
		return state
	}
	return &FreshnessState{}
}

// Get returns the token; empty when any data is new enough.
func (s *FreshnessState) Get() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// Set makes token what the user has seen from now on.
func (s *FreshnessState) Set(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.changed = token, true
}

// Changed returns the token that was set during the request, if one was.
func (s *FreshnessState) Changed() (token string, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.changed
}

// IsFreshness reports whether a token from outside has a form that may travel in a header and in a cookie.
func IsFreshness(token string) bool {
	outside := func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune(`",;\`, c) // [RFC 6265, section 4.1.1: cookie-octet]
	}
	return token != "" && len(token) <= MaxFreshnessBytes && !strings.ContainsFunc(token, outside)
}
