package web_test

import (
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/web"
)

// Every row is refused with a code and a text that programs and people may rely on, and changes nothing.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	item := s.item(t, ann, "ann's")
	path, key := api.Base+"/items/"+item.ID, uuid.NewString()
	require.Equal(t, 201, s.call(t, "POST", "/api/v1/items", ann.Token, `{"title":"kept"}`, api.IdempotencyKey, key).Code)

	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     app.Code
		want                     string
	}{
		{"wrong version", "PUT", path, `{"version":9,"title":"x"}`, nil, 409, app.CodeConflict, "version: got 9, the item is at 1"},
		{"wrong If-Match", "PUT", path, `{"title":"x"}`, []string{"If-Match", `"9"`}, 409, app.CodeConflict, "version: got 9"},
		{"no version", "PUT", path, `{"title":"x"}`, nil, 400, app.CodeInvalid, "version: got 0, want the version that was read"},
		{"two versions", "PUT", path, `{"version":2,"title":"x"}`, []string{"If-Match", `"1"`}, 400, app.CodeInvalid, "2 in the body and 1 in If-Match"},
		{"any version", "PUT", path, `{"title":"x"}`, []string{"If-Match", "*"}, 400, app.CodeInvalid, `If-Match: got "*"`},
		{"weak tag", "PUT", path, `{"title":"x"}`, []string{"If-Match", `W/"1"`}, 400, app.CodeInvalid, "If-Match: got"},
		{"tag without quotes", "PUT", path, `{"title":"x"}`, []string{"If-Match", "1"}, 400, app.CodeInvalid, "If-Match: got"},
		{"padded tag", "PUT", path, `{"title":"x"}`, []string{"If-Match", `"01"`}, 400, app.CodeInvalid, "If-Match: got"},
		{"huge tag", "PUT", path, `{"title":"x"}`, []string{"If-Match", `"99999999999999999999"`}, 400, app.CodeInvalid, "If-Match: got"},
		{"two tags", "PUT", path, `{"title":"x"}`, []string{"If-Match", `"1"`, "If-Match", `"2"`}, 400, app.CodeInvalid, "If-Match: got"},
		{"If-Match to delete", "DELETE", path, "", []string{"If-Match", `"1"`}, 400, app.CodeInvalid, "a deletion checks no version"},
		{"wrong profile version", "PUT", "/api/v1/users/me", `{"version":9,"name":"x"}`, nil, 409, app.CodeConflict, "the profile is at 1"},

		{"key of another body", "POST", "/api/v1/items", `{"title":"other"}`, []string{api.IdempotencyKey, key}, 409, app.CodeConflict, "idempotency key: it was used for another request"},
		{"key of another write", "PUT", path, `{"version":1,"title":"kept"}`, []string{api.IdempotencyKey, key}, 409, app.CodeConflict, "idempotency key"},
		{"empty key", "POST", "/api/v1/items", `{"title":"x"}`, []string{api.IdempotencyKey, ""}, 400, app.CodeInvalid, "idempotency key: got"},
		{"long key", "POST", "/api/v1/items", `{"title":"x"}`, []string{api.IdempotencyKey, strings.Repeat("k", 129)}, 400, app.CodeInvalid, "idempotency key: got"},
		{"key with a space", "DELETE", path, "", []string{api.IdempotencyKey, "a b"}, 400, app.CodeInvalid, "idempotency key: got"},
		{"two keys", "DELETE", path, "", []string{api.IdempotencyKey, "a", api.IdempotencyKey, "b"}, 400, app.CodeInvalid, "got 2 headers"},

		{"field in another case", "POST", "/api/v1/items", `{"Title":"x"}`, nil, 400, app.CodeInvalid, `unknown field "Title"`},
		{"null", "POST", "/api/v1/items", `{"title":"x","body":null}`, nil, 400, app.CodeInvalid, "body: body: got null"},
		{"broken UTF-8", "POST", "/api/v1/items", "{\"title\":\"\xff\"}", nil, 400, app.CodeInvalid, "not UTF-8"},
		{"deep JSON", "POST", "/api/v1/items", strings.Repeat("[", 20000), nil, 400, app.CodeInvalid, "body: got"},
		{"somebody's id", "PUT", path, `{"id":"x","version":1,"title":"x"}`, nil, 400, app.CodeInvalid, `unknown field "id"`},
		{"an owner", "POST", "/api/v1/items", `{"title":"x","owner_id":"x"}`, nil, 400, app.CodeInvalid, "unknown field"},
		{"fraction", "PUT", path, `{"version":1.5,"title":"x"}`, nil, 400, app.CodeInvalid, "version: got a JSON number 1.5, want a whole number"},
		{"email to change", "PUT", "/api/v1/users/me", `{"version":1,"name":"x","email":"a@b.c"}`, nil, 400, app.CodeInvalid, "unknown field"},

		{"SQL in an id", "GET", "/api/v1/items/x'%20OR%20'1'='1", "", nil, 404, app.CodeNotFound, "no such item"},
		{"SQL in a cursor", "GET", "/api/v1/items?cursor=x'%20OR%20'1'='1", "", nil, 400, app.CodeInvalid, "cursor: got"},
		{"SQL in a limit", "GET", "/api/v1/items?limit=1;DROP", "", nil, 400, app.CodeInvalid, "query: got broken escapes"},
		{"lines in a cursor", "GET", "/api/v1/items?cursor=a%0d%0aSet-Cookie:%20x=y", "", nil, 400, app.CodeInvalid, "cursor: got"},
		{"broken query", "GET", "/api/v1/items?cursor=%zz", "", nil, 400, app.CodeInvalid, "query: got broken escapes"},
		{"lines in an id", "DELETE", "/api/v1/items/a%0d%0ab", "", nil, 404, app.CodeNotFound, "no such item"},
		{"NUL in an id", "GET", "/api/v1/items/%00", "", nil, 404, app.CodeNotFound, "no such item"},
		{"path in an id", "GET", "/api/v1/items/..%2Fusers%2Fme", "", nil, 404, app.CodeNotFound, "no such item"},
		{"unknown method", "PATCH", path, "{}", nil, 405, app.CodeInvalid, "PATCH: want"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := s.call(t, c.method, c.path, ann.Token, c.body, c.headers...)
			requireError(t, w, c.status, c.code, c.want)
			require.Empty(t, w.Header().Get("Set-Cookie"))
			require.NotContains(t, w.Body.String(), "pgx")
		})
	}
	t.Cleanup(func() { // after all rows
		var page app.ItemPage
		read(t, s.call(t, "GET", "/api/v1/items", ann.Token, nil), &page)
		require.Len(t, page.Items, 2)
		require.Equal(t, item, page.Items[1])
	})
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	key, err := auth.GenerateKey()
	require.NoError(t, err)
	foreign, err := auth.GenerateKey()
	require.NoError(t, err)
	signer, err := auth.NewSigner(key, time.Now)
	require.NoError(t, err)
	verifier := auth.NewVerifier(time.Now, auth.NewKeys(signer.Public()))
	s := newSite(t, func(o *web.Options) { o.Services.Verify = verifier.Verify })
	good, _, err := signer.Sign(app.NewID())
	require.NoError(t, err)
	unsigned, _, err := jwt.NewParser().ParseUnverified(good, &jwt.RegisteredClaims{})
	require.NoError(t, err)
	token := func(method jwt.SigningMethod, key any, change func(*jwt.RegisteredClaims)) string {
		claims := &jwt.RegisteredClaims{
			Issuer: "ladder", Audience: jwt.ClaimStrings{"ladder"}, Subject: app.NewID(),
			ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		}
		change(claims)
		made := jwt.NewWithClaims(method, claims)
		made.Header["kid"] = unsigned.Header["kid"]
		signed, err := made.SignedString(key)
		require.NoError(t, err)
		return signed
	}
	same := func(*jwt.RegisteredClaims) {}
	ours := jwt.SigningMethodEdDSA
	require.Equal(t, 200, s.call(t, "GET", "/api/v1/items", token(ours, key, same), nil).Code)
	for name, c := range map[string]struct{ token, want string }{
		"expired": {token(ours, key, func(c *jwt.RegisteredClaims) {
			c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-2 * time.Minute))
		}), "the session has ended"},
		"not yet": {token(ours, key, func(c *jwt.RegisteredClaims) {
			c.NotBefore = jwt.NewNumericDate(time.Now().Add(2 * time.Minute))
		}), "the token is not valid"},
		"wrong audience": {token(ours, key, func(c *jwt.RegisteredClaims) {
			c.Audience = jwt.ClaimStrings{"other"}
		}), "the token is not valid"},
		"wrong issuer": {token(ours, key, func(c *jwt.RegisteredClaims) { c.Issuer = "x" }), "the token is not valid"},
		"wrong key":    {token(ours, foreign, same), "the token is not valid"},
		"alg none": {
			token(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same), "the token is not valid",
		},
		"HMAC with the public key": {
			token(jwt.SigningMethodHS256, []byte(key.Public().(ed25519.PublicKey)), same), "the token is not valid",
		},
		"no user": {token(ours, key, func(c *jwt.RegisteredClaims) { c.Subject = "root" }), "the token names no user"},
	} {
		w := s.call(t, "GET", "/api/v1/items", c.token, nil)
		require.Equal(t, http.StatusUnauthorized, w.Code, name)
		requireError(t, w, http.StatusUnauthorized, app.CodeUnauthenticated, c.want)
	}
}

// What users write comes back as they wrote it, and never as a header, a query or markup.
func TestInjectionIsText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	for _, text := range []string{
		`'; DROP TABLE items; --`, `<script>alert(1)</script>`, `"}],"next":"x`, `%s%d%n`, `{{.Version}}`, `$1 \ ` + "`",
	} {
		require.Equal(t, text, s.item(t, ann, text).Title)
	}
	w := s.call(t, "POST", "/api/v1/items", ann.Token, app.NewItem{Title: "a\r\nSet-Cookie: x=y"})
	requireError(t, w, 400, app.CodeInvalid, "title: got control characters")
	w = s.call(t, "POST", "/api/v1/sessions", "", app.SignIn{Email: `' OR '1'='1`, Password: `' OR '1'='1`})
	requireError(t, w, 401, app.CodeUnauthenticated, "email or password is wrong")
}

func TestReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in, key := apptest.NewSignUp(), uuid.NewString()
	first := s.call(t, "POST", "/api/v1/users", "", in, api.IdempotencyKey, key)
	require.Equal(t, 201, first.Code)
	require.Empty(t, first.Header().Get(api.Replayed))
	again := s.call(t, "POST", "/api/v1/users", "", in, api.IdempotencyKey, key)
	requireSame(t, first, again)

	ann := s.user(t)
	write := func(method, path, body string) *httptest.ResponseRecorder {
		key := uuid.NewString()
		first := s.call(t, method, path, ann.Token, body, api.IdempotencyKey, key)
		requireSame(t, first, s.call(t, method, path, ann.Token, body, api.IdempotencyKey, key))
		return first
	}
	path := write("POST", "/api/v1/items", `{"title":"once"}`).Header().Get("Location")
	require.Equal(t, `"2"`, write("PUT", path, `{"version":1,"title":"twice"}`).Header().Get("ETag"))
	require.Equal(t, 204, write("DELETE", path, "").Code)
	require.Equal(t, `"2"`, write("PUT", "/api/v1/users/me", `{"version":1,"name":"Bea"}`).Header().Get("ETag"))
	require.JSONEq(t, `{"items":[]}`, s.call(t, "GET", "/api/v1/items", ann.Token, nil).Body.String())
}

func requireSame(t *testing.T, first, again *httptest.ResponseRecorder) {
	t.Helper()
	require.Less(t, first.Code, 300, first.Body)
	require.Equal(t, first.Code, again.Code)
	require.Equal(t, first.Body.String(), again.Body.String())
	for _, name := range []string{"Location", "ETag"} {
		require.Equal(t, first.Header().Get(name), again.Header().Get(name))
	}
	require.Equal(t, "true", again.Header().Get(api.Replayed))
}

func TestChangeByETag(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	path := api.Base + "/items/" + s.item(t, ann, "first").ID
	tag := s.call(t, "GET", path, ann.Token, nil).Header().Get("ETag")
	w := s.call(t, "PUT", path, ann.Token, `{"title":"second"}`, "If-Match", tag)
	require.Equal(t, 200, w.Code)
	require.Equal(t, `"2"`, w.Header().Get("ETag"))
	require.Equal(t, 200, s.call(t, "PUT", path, ann.Token, `{"version":2,"title":"third"}`, "If-Match", `"2"`).Code)
	tag = s.call(t, "GET", "/api/v1/users/me", ann.Token, nil).Header().Get("ETag")
	require.Equal(t, 200, s.call(t, "PUT", "/api/v1/users/me", ann.Token, `{"name":"Bea"}`, "If-Match", tag).Code)
}

// item makes an item of somebody.
func (s *site) item(t *testing.T, of app.Session, title string) (item app.Item) {
	t.Helper()
	read(t, s.call(t, "POST", "/api/v1/items", of.Token, app.NewItem{Title: title}), &item)
	return item
}
