package auth_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// A token that was verified before is refused all the same when it has ended, when its key is withdrawn, and when a
// letter of it is another.
func TestRememberedTokensEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	first, err := auth.GenerateKey()
	require.NoError(t, err)
	second, err := auth.GenerateKey()
	require.NoError(t, err)
	ring, err := auth.NewKeyRing(first, clock)
	require.NoError(t, err)
	other, err := auth.NewKeyRing(second, clock)
	require.NoError(t, err)
	keys := &switched{source: ring}
	verifier := auth.NewVerifier(clock, keys)
	user := app.NewID()
	token, _, err := ring.Sign(user)
	require.NoError(t, err)
	for range 2 { // the second time it is remembered
		caller, err := verifier.Verify(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, app.Caller{UserID: user, Token: token}, caller)
	}
	_, err = verifier.Verify(t.Context(), token[:len(token)-3]+"AAA")
	require.Error(t, err)

	keys.source = other
	_, err = verifier.Verify(t.Context(), token)
	require.Error(t, err, "its key is withdrawn")
	keys.source = ring
	_, err = verifier.Verify(t.Context(), token)
	require.NoError(t, err)

	now = now.Add(auth.SessionTime + 2*time.Minute)
	_, err = verifier.Verify(t.Context(), token)
	require.ErrorContains(t, err, "the session has ended")
}

func BenchmarkVerify(b *testing.B) {
	key, err := auth.GenerateKey()
	require.NoError(b, err)
	ring, err := auth.NewKeyRing(key, time.Now)
	require.NoError(b, err)
	token, _, err := ring.Sign(app.NewID())
	require.NoError(b, err)
	for name, verifier := range map[string]func() *auth.Verifier{
		"first":      func() *auth.Verifier { return auth.NewVerifier(time.Now, ring) },
		"remembered": sameVerifier(auth.NewVerifier(time.Now, ring)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				v := verifier()
				b.StartTimer()
				if _, err := v.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func sameVerifier(v *auth.Verifier) func() *auth.Verifier { return func() *auth.Verifier { return v } }

// switched is a source of keys that changes.
type switched struct{ source auth.KeySource }

func (s *switched) Key(ctx context.Context, id string) (ed25519.PublicKey, error) {
	return s.source.Key(ctx, id)
}
