package app_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

func TestRequestValues(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	require.Empty(t, app.RequestID(ctx)+app.IdempotencyKey(ctx)+app.Freshness(ctx).Get())
	app.Freshness(ctx).Set("nobody sees it")
	app.OriginOf(ctx).SetCache("nobody sees it")
	require.Empty(t, app.Freshness(ctx).Get())
	require.Equal(t, app.OriginParts{}, app.OriginOf(ctx).Parts())

	ctx = app.WithFreshness(app.WithIdempotencyKey(app.WithRequestID(ctx, "r"), "k"), "1")
	ctx, origin := app.WithOrigin(ctx)
	require.Equal(t, []string{"r", "k", "1"},
		[]string{app.RequestID(ctx), app.IdempotencyKey(ctx), app.Freshness(ctx).Get()})
	_, changed := app.Freshness(ctx).Changed()
	require.False(t, changed)
	app.Freshness(ctx).Set("2")
	token, changed := app.Freshness(ctx).Changed()
	require.True(t, changed)
	require.Equal(t, "2", token)
	app.OriginOf(ctx).AddServices([]string{"data"}, []string{"n"})
	require.Equal(t, []string{"data"}, origin.Parts().Roles)
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, input := range [][]any{
		{app.OpCreateItem, app.NewItem{Title: "a", Body: "b"}},
		{app.OpCreateItem, app.NewItem{Title: "ab"}},
		{app.OpSignUp, "a", "b"},
		{app.OpSignUp, "ab"},
		{app.OpSignUp, "ab", ""},
		{app.OpDeleteItem, "ab"},
	} {
		sum, err := app.Fingerprint(input[0].(string), input[1:]...)
		require.NoError(t, err)
		require.Len(t, sum, 32)
		require.False(t, seen[string(sum)], input)
		seen[string(sum)] = true
	}
}

// A cursor from outside is refused, or is one that a page would have given.
// go test ./app -run '^$' -fuzz FuzzCursor -fuzztime 30s.
func FuzzCursor(f *testing.F) {
	good := app.Page(make([]app.Item, 2), 1)
	f.Add(good.Next, 1)
	valid := base64.RawURLEncoding.EncodeToString([]byte(app.NewID()))
	f.Add(valid, 0)
	f.Add(valid[:9]+"\n"+valid[9:], 0) // the decoder skips line breaks
	for _, seed := range []string{"", "x", "AAAA", "====", "é", "\x00", strings.Repeat("A", 5000)} {
		f.Add(seed, -1)
	}
	f.Fuzz(func(t *testing.T, cursor string, limit int) {
		got, after, err := app.ItemQuery{Cursor: cursor, Limit: limit}.Resolve()
		if err != nil {
			require.Equal(t, app.CodeInvalid, app.ErrorCode(err))
			return
		}
		require.GreaterOrEqual(t, got, 1)
		require.LessOrEqual(t, got, app.MaxPageItems)
		if cursor != "" {
			require.True(t, app.IsID(after), after)
			require.Equal(t, cursor, app.Page([]app.Item{{ID: after}, {}}, 1).Next, "a cursor has one form")
		}
	})
}

// What is accepted as a key or a token travels through headers and cookies unchanged.
// go test ./app -run '^$' -fuzz FuzzHeaderValues -fuzztime 30s.
func FuzzHeaderValues(f *testing.F) {
	for _, seed := range []string{
		"", "key", "0/16B3748", "a b", "a,b", `a"b`, "a;b", `a\b`, "é", "\x7f", "\r\n", "~!", strings.Repeat("k", 300),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		if err := app.CheckIdempotencyKey(value); err == nil {
			r.Header.Set("Idempotency-Key", value)
			require.Equal(t, strings.TrimSpace(value), r.Header.Get("Idempotency-Key"))
		} else {
			require.Equal(t, app.CodeInvalid, app.ErrorCode(err))
		}
		if app.IsFreshness(value) {
			r.AddCookie(&http.Cookie{Name: "freshness", Value: value})
			cookie, err := r.Cookie("freshness")
			require.NoError(t, err)
			require.Equal(t, value, cookie.Value)
		}
	})
}
