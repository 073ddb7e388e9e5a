package auth

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/ladder-iac/ladder/app"
)

// maxVerified tokens are remembered, some 5 MB.
const maxVerified = 10_000

// verified is what was found out about a token. Checking its signature costs several times what the rest of a request
// does, and a user sends the same one for half an hour.
type verified struct {
	caller  app.Caller
	expires time.Time
	keyID   string
	key     ed25519.PublicKey
}

// memory is of good tokens only: a bad one may be good tomorrow, when its key is published.
type memory struct {
	tokens *otter.Cache[string, verified]
}

func newMemory() memory {
	return memory{otter.Must(&otter.Options[string, verified]{MaximumSize: maxVerified})}
}

// good returns the caller of a token that was verified before, as long as it lasts and its key is still in force.
func (m memory) good(ctx context.Context, token string, keys KeySource, now time.Time) (app.Caller, bool) {
	known, ok := m.tokens.GetIfPresent(token)
	if !ok || !now.Before(known.expires.Add(leeway)) {
		return app.Caller{}, false
	}
	key, err := keys.Key(ctx, known.keyID)
	if err != nil || !known.key.Equal(key) {
		return app.Caller{}, false
	}
	return known.caller, true
}
