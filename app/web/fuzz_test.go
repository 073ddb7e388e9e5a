package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// fuzzed returns what gives every run the same site and a user of it: making one takes longer than the run.
func fuzzed() func(t *testing.T) (*site, app.Session) {
	var s *site
	var ann app.Session
	return func(t *testing.T) (*site, app.Session) {
		t.Helper()
		if s == nil {
			s = newSite(t)
			ann = s.user(t)
		}
		s.log.Reset()
		return s, ann
	}
}

// Whatever comes as a body is done as the contract allows or refused as it says; never is it our mistake.
// go test ./app/web -run '^$' -fuzz FuzzBodies -fuzztime 30s.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"title":"a","body":"b"}`, `{"version":1,"name":"x"}`, `{"email":"a@b.c","name":"x","password":"12345678"}`,
		`{"email":"a@b.c","password":"x"}`, `{"version":1,"title":"a"}`, "", "null", "[]", "{}", "{}{}", `{"title":1}`,
		`{"TITLE":"a"}`, `{"title":"a","title":"b"}`, `{"title":"\ud800"}`, `{"title":"\u0000"}`, "{\"title\":\"\xff\"}",
		`{"version":1e9,"title":"x"}`, `{"version":9223372036854775808,"title":"x"}`, strings.Repeat("[", 20000),
		`{"title":"` + strings.Repeat("é", app.MaxTitleRunes) + `"}`, "\ufeff{}", " \n{\"title\":\"a\"} ",
		`{"x":{"title":"a"},"title":"b"}`, `{"title":"a","x":[{"y":null}]}`,
		`{"-":["title"]}`, `{"-":1,"version":1,"title":"x"}`,
	} {
		f.Add(seed)
	}
	visit := fuzzed()
	f.Fuzz(func(t *testing.T, body string) {
		s, ann := visit(t)
		path := "/api/v1/items/" + s.item(t, ann, "first").ID
		for _, route := range []string{
			"POST /api/v1/users", "POST /api/v1/sessions", "PUT /api/v1/users/me", "POST /api/v1/items", "PUT " + path,
		} {
			method, path, _ := strings.Cut(route, " ")
			w := s.call(t, method, path, ann.Token, body) // held to the contract
			require.Less(t, w.Code, http.StatusInternalServerError, "%s %q: %s", route, body, w.Body)
		}
	})
}

// Whatever comes in headers and in the query is understood or refused; never is it our mistake.
// go test ./app/web -run '^$' -fuzz FuzzHeaders -fuzztime 30s.
func FuzzHeaders(f *testing.F) {
	for _, seed := range [][4]string{
		{`"1"`, "key", "position", "limit=1&cursor=x"},
		{"", "", "", ""},
		{"*", "a b", "a,b", "limit=-1"},
		{`W/"1"`, strings.Repeat("k", 200), `a"b`, "limit=%zz"},
		{`"-1"`, "é", "\\", "cursor=%00"},
		{`"9223372036854775808"`, "\x7f", ";", "limit=1;limit=2"},
		{`"1", "2"`, "k", "~", "cursor=MDE5"},
		{`"1"`, "k", "", "limit"},
		{`"1"`, "k", "", "limit=+5"},
		{`"1"`, "k", "", "limit=05"},
		{`"1"`, "k", "", "cursor"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	visit := fuzzed()
	f.Fuzz(func(t *testing.T, match, key, position, query string) {
		s, ann := visit(t)
		path := "/api/v1/items/" + s.item(t, ann, "first").ID
		w := s.call(t, "PUT", path, ann.Token, `{"title":"second"}`,
			"If-Match", match, api.IdempotencyKey, key, api.Freshness, position)
		require.Contains(t, []int{200, 400, 409}, w.Code, w.Body)
		if w.Code == 200 {
			require.Equal(t, `"1"`, match)
			require.NoError(t, app.CheckIdempotencyKey(key))
		}
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/api/v1/items", nil)
		require.NoError(t, err)
		r.URL.RawQuery = query
		w = s.send(t, r, ann.Token)
		require.Contains(t, []int{200, 400}, w.Code, w.Body)
	})
}
