package auth_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// Whatever comes as a token is a caller who was signed for, or unauthenticated.
// go test ./app/auth -run '^$' -fuzz FuzzVerify -fuzztime 30s.
func FuzzVerify(f *testing.F) {
	key, err := auth.GenerateKey()
	require.NoError(f, err)
	signer, err := auth.NewSigner(key, time.Now)
	require.NoError(f, err)
	id := app.NewID()
	good, _, err := signer.Sign(id)
	require.NoError(f, err)
	verifier := auth.NewVerifier(time.Now, auth.NewKeys(signer.Public()))
	for _, seed := range []string{
		good, good[:len(good)-1], good + ".", "", ".", "..", "...", "a.b.c", "eyJhbGciOiJub25lIn0.e30.",
		"eyJhbGciOiJFZERTQSIsImtpZCI6MX0.e30.AA", "eyJhbGciOm51bGx9.bnVsbA.", "\x00", "é",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		caller, err := verifier.Verify(t.Context(), token)
		if err != nil {
			require.Equal(t, app.CodeUnauthenticated, app.ErrorCode(err), "%v", err)
			require.Zero(t, caller)
			return
		}
		require.Equal(t, app.Caller{UserID: id, Token: token}, caller)
	})
}

// A key set that is read is written and read again as the same.
// go test ./app/auth -run '^$' -fuzz FuzzParseKeys -fuzztime 30s.
func FuzzParseKeys(f *testing.F) {
	key, err := auth.GenerateKey()
	require.NoError(f, err)
	good, err := json.Marshal(auth.NewKeys(publicOf(key)))
	require.NoError(f, err)
	for _, seed := range []string{
		string(good), "", "null", "[]", "{}", `{"keys":null}`, `{"keys":[null]}`, `{"keys":[{"kty":"OKP"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","use":"enc"}]}`, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		keys, err := auth.ParseKeys([]byte(content))
		if err != nil {
			return
		}
		written, err := json.Marshal(keys)
		require.NoError(t, err)
		again, err := auth.ParseKeys(written)
		require.NoError(t, err)
		require.Equal(t, keys, again)
	})
}
