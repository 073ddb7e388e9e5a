package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

func TestAUserAndItems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	var profile app.User
	read(t, s.call(t, "GET", "/api/v1/users/me", ann.Token, nil), &profile)
	require.Equal(t, ann.User, profile)

	w := s.call(t, "POST", "/api/v1/items", ann.Token, app.NewItem{Title: "first", Body: "text"})
	require.Equal(t, http.StatusCreated, w.Code)
	var item app.Item
	read(t, w, &item)
	path := w.Header().Get("Location")
	require.Equal(t, "/api/v1/items/"+item.ID, path)

	var same app.Item
	read(t, s.call(t, "GET", path, ann.Token, nil), &same)
	require.Equal(t, item, same)

	w = s.call(t, "PUT", path, ann.Token, app.ItemChange{Version: 1, Title: "second"})
	require.Equal(t, http.StatusOK, w.Code)
	w = s.call(t, "PUT", path, ann.Token, app.ItemChange{Version: 1, Title: "third"})
	requireError(t, w, http.StatusConflict, app.CodeConflict, "the item is at 2")

	s.call(t, "POST", "/api/v1/items", ann.Token, app.NewItem{Title: "newer"})
	var page app.ItemPage
	read(t, s.call(t, "GET", "/api/v1/items?limit=1", ann.Token, nil), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, "newer", page.Items[0].Title)
	next := page.Next
	page = app.ItemPage{}
	read(t, s.call(t, "GET", "/api/v1/items?cursor="+next, ann.Token, nil), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, "second", page.Items[0].Title)
	require.Empty(t, page.Next)

	w = s.call(t, "DELETE", path, ann.Token, nil)
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Empty(t, w.Body.String())
	requireError(t, s.call(t, "GET", path, ann.Token, nil), http.StatusNotFound, app.CodeNotFound, "no such item")
}

func TestUsersDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann, bob := s.user(t), s.user(t)
	path := s.call(t, "POST", "/api/v1/items", ann.Token, app.NewItem{Title: "ann's"}).Header().Get("Location")
	for method, body := range map[string]any{
		"GET": nil, "PUT": app.ItemChange{Version: 1, Title: "bob's"}, "DELETE": nil,
	} {
		requireError(t, s.call(t, method, path, bob.Token, body), http.StatusNotFound, app.CodeNotFound, "no such item")
	}
	require.JSONEq(t, `{"items":[]}`, s.call(t, "GET", "/api/v1/items", bob.Token, nil).Body.String())
	require.Contains(t, s.call(t, "GET", path, ann.Token, nil).Body.String(), "ann's")
}

func TestWithoutAValidToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann, stranger := s.user(t), newSite(t).user(t)
	for _, route := range []string{
		"GET /api/v1/users/me", "GET /api/v1/items", "POST /api/v1/items",
		"GET /api/v1/items/x", "PUT /api/v1/items/x", "DELETE /api/v1/items/x",
	} {
		method, path, _ := strings.Cut(route, " ")
		for name, header := range map[string]string{
			"none": "", "basic": "Basic " + ann.Token, "bare": ann.Token, "empty": "Bearer ",
			"changed": "Bearer " + ann.Token + "x", "of another server": "Bearer " + stranger.Token,
		} {
			w := s.call(t, method, path, "", "{}", "Authorization", header)
			require.Equal(t, http.StatusUnauthorized, w.Code, "%s: %s", route, name)
			require.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
			requireError(t, w, http.StatusUnauthorized, app.CodeUnauthenticated, "sign in")
		}
	}
	w := s.call(t, "GET", "/api/v1/items", "", nil, "Authorization", "bearer "+ann.Token)
	require.Equal(t, http.StatusOK, w.Code, "the scheme is not case sensitive")
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.user(t)
	for name, c := range map[string]struct {
		body   any
		status int
		want   string
	}{
		"nothing":       {"", 400, "body: got nothing"},
		"broken":        {`{"title":`, 400, "body: got broken JSON"},
		"garbage":       {"title=x", 400, "body: got broken JSON"},
		"array":         {`[]`, 400, "want an object"},
		"null":          {`null`, 400, "title: got nothing"},
		"nested":        {`{"title":"a","x":{"title":["b"]}}`, 400, `unknown field "x"`},
		"two values":    {`{"title":"a"}{}`, 400, "more than one JSON value"},
		"hidden field":  {`{"-":["title"]}`, 400, `unknown field "-"`},
		"unknown field": {`{"title":"a","owner":"bob"}`, 400, `unknown field "owner"`},
		"wrong type":    {`{"title":1}`, 400, "body: title: got a JSON number, want a string"},
		"invalid":       {`{"title":""}`, 400, "title: got nothing"},
		"too large":     {`{"title":"` + strings.Repeat("x", 200<<10) + `"}`, 413, "body: want at most 131072 bytes"},
		"large tail":    {`{"title":"a"}` + strings.Repeat(" ", 200<<10), 413, "body: want at most 131072 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireError(t, s.call(t, "POST", "/api/v1/items", ann.Token, c.body), c.status, app.CodeInvalid, c.want)
		})
	}
	form := s.call(t, "POST", "/api/v1/items", ann.Token, "title=x", "Content-Type", "text/plain")
	requireError(t, form, http.StatusUnsupportedMediaType, app.CodeInvalid, "want application/json")
	for _, limit := range []string{"", "0", "-1", "101", "x", "05", "9999999999999999999"} {
		requireError(t, s.call(t, "GET", "/api/v1/items?limit="+limit, ann.Token, nil), 400, app.CodeInvalid, "limit: got")
	}
	require.JSONEq(t, `{"items":[]}`, s.call(t, "GET", "/api/v1/items", ann.Token, nil).Body.String())
}

func TestTheLargestItemFits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in := `{"title":"a","body":"` + strings.Repeat(`\u0001`, app.MaxBodyBytes) + `"}` // the longest way to write it
	w := s.call(t, "POST", "/api/v1/items", s.user(t).Token, in)
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
}
