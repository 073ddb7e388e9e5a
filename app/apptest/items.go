package apptest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

// Items is one implementation under test.
type Items struct {
	Service app.ItemService
	Caller  func(t *testing.T) app.Caller // another user with each call
}

// ItemService tests an implementation; open is called for each case and may return the same service again.
func ItemService(t *testing.T, open func(t *testing.T) Items) {
	t.Helper()
	cases := []struct {
		name string
		run  func(t *testing.T, items Items)
	}{
		{"create, read, update, delete", createReadUpdateDelete},
		{"any text is kept", anyTextIsKept},
		{"invalid input", invalidItems},
		{"somebody else's item does not exist", somebodyElsesItem},
		{"update with an old version", updateWithAnOldVersion},
		{"one of many updates wins", oneOfManyUpdatesWins},
		{"pages", pages},
		{"a page does not move", aPageDoesNotMove},
		{"wrong queries", wrongQueries},
		{"wrong ids", wrongIDs},
		{"a write is done once for its key", writeOnce},
		{"a key is for one request", keyIsForOneRequest},
		{"a failure is not kept", failureIsNotKept},
		{"keys of two users", keysOfTwoUsers},
		{"creations at once with one key", creationsAtOnce},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

func createReadUpdateDelete(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	created := create(t, items, ann, "first")
	require.True(t, app.IsID(created.ID), created.ID)
	require.Equal(t, int64(1), created.Version)
	require.Equal(t, created.CreatedAt, created.UpdatedAt)

	read, err := items.Service.Item(ctx, ann, created.ID)
	require.NoError(t, err)
	require.Equal(t, created, read)

	updated, err := items.Service.UpdateItem(ctx, ann,
		app.ItemChange{ID: created.ID, Version: 1, Title: "second", Body: "changed"})
	require.NoError(t, err)
	require.Equal(t, int64(2), updated.Version)
	require.Equal(t, "second", updated.Title)
	require.Equal(t, "changed", updated.Body)
	require.Equal(t, created.CreatedAt, updated.CreatedAt)
	require.False(t, updated.UpdatedAt.Before(created.UpdatedAt))
	read, err = items.Service.Item(ctx, ann, created.ID)
	require.NoError(t, err)
	require.Equal(t, updated, read)

	require.NoError(t, items.Service.DeleteItem(ctx, ann, created.ID))
	_, err = items.Service.Item(ctx, ann, created.ID)
	requireCode(t, app.CodeNotFound, err)
	requireCode(t, app.CodeNotFound, items.Service.DeleteItem(ctx, ann, created.ID))
}

func anyTextIsKept(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	for _, text := range []string{
		"", "'; DROP TABLE items; --", "line\r\nbreak\ttab", "日本語 🪜 e\u0301", `{"json": "<script>"}`, "\\x00 %s $1",
		strings.Repeat("x", app.MaxBodyBytes),
	} {
		made, err := items.Service.CreateItem(t.Context(), ann, app.NewItem{Title: "text", Body: text})
		require.NoError(t, err)
		read, err := items.Service.Item(t.Context(), ann, made.ID)
		require.NoError(t, err)
		require.Equal(t, text, read.Body)
	}
}

func invalidItems(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	item := create(t, items, ann, "first")
	for name, in := range map[string]app.NewItem{
		"no title":      {Title: ""},
		"long title":    {Title: strings.Repeat("é", app.MaxTitleRunes+1)},
		"title lines":   {Title: "a\nb"},
		"title NUL":     {Title: "a\x00"},
		"broken title":  {Title: "\xff"},
		"long body":     {Title: "a", Body: strings.Repeat("x", app.MaxBodyBytes+1)},
		"body with NUL": {Title: "a", Body: "\x00"},
		"broken body":   {Title: "a", Body: "\xff"},
	} {
		_, err := items.Service.CreateItem(ctx, ann, in)
		require.Equal(t, app.CodeInvalid, app.ErrorCode(err), "create: %s: %v", name, err)
		_, err = items.Service.UpdateItem(ctx, ann,
			app.ItemChange{ID: item.ID, Version: 1, Title: in.Title, Body: in.Body})
		require.Equal(t, app.CodeInvalid, app.ErrorCode(err), "update: %s: %v", name, err)
	}
	_, err := items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: 0, Body: "\x00"})
	requireCode(t, app.CodeInvalid, err)
	for _, part := range []string{"title: got nothing", "body: got a NUL", "version: got 0"} {
		require.ErrorContains(t, err, part)
	}
	page, err := items.Service.Items(ctx, ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, []app.Item{item}, page.Items, "nothing was made or changed")
}

func somebodyElsesItem(t *testing.T, items Items) {
	t.Helper()
	ctx, ann, bob := t.Context(), items.Caller(t), items.Caller(t)
	item := create(t, items, ann, "ann's")
	_, err := items.Service.Item(ctx, bob, item.ID)
	requireCode(t, app.CodeNotFound, err)
	_, err = items.Service.UpdateItem(ctx, bob, app.ItemChange{ID: item.ID, Version: 1, Title: "bob's"})
	requireCode(t, app.CodeNotFound, err)
	requireCode(t, app.CodeNotFound, items.Service.DeleteItem(ctx, bob, item.ID))
	page, err := items.Service.Items(ctx, bob, app.ItemQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	read, err := items.Service.Item(ctx, ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, item, read)
}

func updateWithAnOldVersion(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	item := create(t, items, ann, "first")
	_, err := items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: 1, Title: "second"})
	require.NoError(t, err)
	for _, version := range []int64{1, 3} {
		_, err = items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: version, Title: "lost"})
		requireCode(t, app.CodeConflict, err)
		require.ErrorContains(t, err, fmt.Sprintf("got %d, the item is at 2", version))
	}
	read, err := items.Service.Item(ctx, ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, "second", read.Title)
}

func oneOfManyUpdatesWins(t *testing.T, items Items) {
	t.Helper()
	const rivals = 8
	ctx, ann := t.Context(), items.Caller(t)
	item := create(t, items, ann, "first")
	errs := make([]error, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() {
			_, errs[i] = items.Service.UpdateItem(ctx, ann,
				app.ItemChange{ID: item.ID, Version: 1, Title: fmt.Sprintf("rival %d", i)})
		})
	}
	all.Wait()
	winner := -1
	for i, err := range errs {
		if err == nil {
			require.Equal(t, -1, winner, "two updates of one version")
			winner = i
			continue
		}
		requireCode(t, app.CodeConflict, err)
	}
	read, err := items.Service.Item(ctx, ann, item.ID)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("rival %d", winner), read.Title)
	require.Equal(t, int64(2), read.Version)
}

func pages(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	page, err := items.Service.Items(ctx, ann, app.ItemQuery{})
	require.NoError(t, err)
	require.NotNil(t, page.Items, "an empty list is [] in JSON, not null")
	require.Empty(t, page.Items)

	const total = app.DefaultPageItems + 5
	var want []app.Item // newest first
	for i := range total {
		want = append([]app.Item{create(t, items, ann, fmt.Sprintf("item %d", i))}, want...)
	}
	page, err = items.Service.Items(ctx, ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, want[:app.DefaultPageItems], page.Items)
	require.NotEmpty(t, page.Next)

	for _, limit := range []int{1, 5, total, app.MaxPageItems} {
		var got []app.Item
		for query := (app.ItemQuery{Limit: limit}); ; {
			page, err := items.Service.Items(ctx, ann, query)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Items), limit)
			got = append(got, page.Items...)
			if query.Cursor = page.Next; query.Cursor == "" {
				break
			}
			require.Len(t, page.Items, limit, "only the last page may be short")
		}
		require.Equal(t, want, got, "limit %d", limit)
	}
}

func aPageDoesNotMove(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	oldest, middle, newest := create(t, items, ann, "1"), create(t, items, ann, "2"), create(t, items, ann, "3")
	page, err := items.Service.Items(ctx, ann, app.ItemQuery{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []app.Item{newest}, page.Items)
	create(t, items, ann, "4")
	require.NoError(t, items.Service.DeleteItem(ctx, ann, newest.ID))
	page, err = items.Service.Items(ctx, ann, app.ItemQuery{Cursor: page.Next})
	require.NoError(t, err)
	require.Equal(t, []app.Item{middle, oldest}, page.Items)
	require.Empty(t, page.Next)
}

func wrongQueries(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	for _, query := range []app.ItemQuery{
		{Limit: -1},
		{Limit: app.MaxPageItems + 1},
		{Cursor: "x"},
		{Cursor: "not base64 !"},
		{Cursor: "AAAA"},
		{Cursor: strings.Repeat("A", 5000)},
	} {
		_, err := items.Service.Items(t.Context(), ann, query)
		requireCode(t, app.CodeInvalid, err)
	}
	_, err := items.Service.Items(t.Context(), ann, app.ItemQuery{Limit: -1, Cursor: "x"})
	require.ErrorContains(t, err, "limit: got -1")
	require.ErrorContains(t, err, `cursor: got "x"`)
}

func wrongIDs(t *testing.T, items Items) {
	t.Helper()
	ctx, ann := t.Context(), items.Caller(t)
	item := create(t, items, ann, "first")
	for _, id := range []string{
		"", "1", app.NewID(), strings.ToUpper(item.ID), "{" + item.ID + "}", "urn:uuid:" + item.ID,
		item.ID + "'", strings.ReplaceAll(item.ID, "-", ""), "\x00",
	} {
		_, err := items.Service.Item(ctx, ann, id)
		requireCode(t, app.CodeNotFound, err)
		_, err = items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: id, Version: 1, Title: "changed"})
		requireCode(t, app.CodeNotFound, err)
		requireCode(t, app.CodeNotFound, items.Service.DeleteItem(ctx, ann, id))
	}
}

func create(t *testing.T, items Items, caller app.Caller, title string) app.Item {
	t.Helper()
	item, err := items.Service.CreateItem(t.Context(), caller, app.NewItem{Title: title, Body: "body of " + title})
	require.NoError(t, err)
	require.Equal(t, title, item.Title)
	return item
}
