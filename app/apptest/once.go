package apptest

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

// keyed returns a context with a new idempotency key, and where a replay is noted.
func keyed(t *testing.T) (context.Context, *app.Origin) {
	t.Helper()
	return app.WithOrigin(app.WithIdempotencyKey(t.Context(), uuid.NewString()))
}

func signUpOnce(t *testing.T, users Users) {
	t.Helper()
	ctx, origin := keyed(t)
	in := NewSignUp()
	first, err := users.Service.SignUp(ctx, in)
	require.NoError(t, err)
	require.False(t, origin.Parts().Replayed)
	again, err := users.Service.SignUp(ctx, in)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.True(t, origin.Parts().Replayed)
	_, err = users.Service.SignUp(t.Context(), in)
	requireCode(t, app.CodeConflict, err)
	require.ErrorContains(t, err, "is taken", "without the key it is another sign-up")
}

func signUpKeyOfAnother(t *testing.T, users Users) {
	t.Helper()
	ctx, _ := keyed(t)
	in := NewSignUp()
	_, err := users.Service.SignUp(ctx, in)
	require.NoError(t, err)
	other, renamed, guessed := NewSignUp(), in, in
	renamed.Name, guessed.Password = "Bob", "another password"
	for name, in := range map[string]app.SignUp{"address": other, "name": renamed, "password": guessed} {
		_, err := users.Service.SignUp(ctx, in)
		require.Equal(t, app.CodeConflict, app.ErrorCode(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "idempotency key: it was used for another request", name)
	}
	_, err = users.Service.SignUp(t.Context(), other)
	require.NoError(t, err, "nothing was done")
}

func signUpsAtOnce(t *testing.T, users Users) {
	t.Helper()
	ctx, _ := keyed(t)
	in := NewSignUp()
	atOnce(t, func() (app.User, error) { return users.Service.SignUp(ctx, in) })
}

func updateProfileOnce(t *testing.T, users Users) {
	t.Helper()
	_, ann := signedUp(t, users)
	ctx, _ := keyed(t)
	change := app.ProfileChange{Version: 1, Name: "Bea"}
	first, err := users.Service.UpdateProfile(ctx, ann, change)
	require.NoError(t, err)
	_, err = users.Service.UpdateProfile(t.Context(), ann, app.ProfileChange{Version: 2, Name: "Cleo"})
	require.NoError(t, err)
	again, err := users.Service.UpdateProfile(ctx, ann, change)
	require.NoError(t, err, "the version has moved on, and the answer of then is kept")
	require.Equal(t, first, again)
	_, err = users.Service.UpdateProfile(ctx, ann, app.ProfileChange{Version: 3, Name: "Bea"})
	requireCode(t, app.CodeConflict, err)
	read, err := users.Service.Profile(t.Context(), ann)
	require.NoError(t, err)
	require.Equal(t, "Cleo", read.Name)
}

func writeOnce(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	creating, origin := keyed(t)
	in := app.NewItem{Title: "once", Body: "and \"only\" once\n"}
	created, err := items.Service.CreateItem(creating, ann, in)
	require.NoError(t, err)
	require.False(t, origin.Parts().Replayed)

	updating, _ := keyed(t)
	change := app.ItemChange{ID: created.ID, Version: 1, Title: "twice", Body: "changed"}
	updated, err := items.Service.UpdateItem(updating, ann, change)
	require.NoError(t, err)
	again, err := items.Service.UpdateItem(updating, ann, change)
	require.NoError(t, err)
	require.Equal(t, updated, again)

	again, err = items.Service.CreateItem(creating, ann, in)
	require.NoError(t, err)
	require.Equal(t, created, again, "the answer of then, not the item of now")
	require.True(t, origin.Parts().Replayed)
	page, err := items.Service.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, []app.Item{updated}, page.Items)

	deleting, _ := keyed(t)
	require.NoError(t, items.Service.DeleteItem(deleting, ann, created.ID))
	require.NoError(t, items.Service.DeleteItem(deleting, ann, created.ID), "the answer of then")
	requireCode(t, app.CodeNotFound, items.Service.DeleteItem(t.Context(), ann, created.ID))
}

func keyIsForOneRequest(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	ctx, _ := keyed(t)
	item, err := items.Service.CreateItem(ctx, ann, app.NewItem{Title: "a", Body: "b"})
	require.NoError(t, err)
	for name, write := range map[string]func() error{
		"title": func() error {
			_, err := items.Service.CreateItem(ctx, ann, app.NewItem{Title: "b", Body: "b"})
			return err
		},
		"body":   func() error { _, err := items.Service.CreateItem(ctx, ann, app.NewItem{Title: "a"}); return err },
		"delete": func() error { return items.Service.DeleteItem(ctx, ann, item.ID) },
		"update": func() error {
			_, err := items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: 1, Title: "a", Body: "b"})
			return err
		},
	} {
		err := write()
		require.Equal(t, app.CodeConflict, app.ErrorCode(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "idempotency key", name)
	}
	page, err := items.Service.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, []app.Item{item}, page.Items, "nothing was done")
}

func failureIsNotKept(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	ctx, _ := keyed(t)
	_, err := items.Service.CreateItem(ctx, ann, app.NewItem{})
	requireCode(t, app.CodeInvalid, err)
	requireCode(t, app.CodeNotFound, items.Service.DeleteItem(ctx, ann, app.NewID()))
	item := create(t, items, ann, "first")
	_, err = items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: 7, Title: "x"})
	requireCode(t, app.CodeConflict, err)
	_, err = items.Service.UpdateItem(ctx, ann, app.ItemChange{ID: item.ID, Version: 1, Title: "x"})
	require.NoError(t, err)
}

func keysOfTwoUsers(t *testing.T, items Items) {
	t.Helper()
	ctx, _ := keyed(t)
	ann, bob := items.Caller(t), items.Caller(t)
	first, err := items.Service.CreateItem(ctx, ann, app.NewItem{Title: "ann's"})
	require.NoError(t, err)
	second, err := items.Service.CreateItem(ctx, bob, app.NewItem{Title: "bob's"})
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, "bob's", second.Title)
}

func creationsAtOnce(t *testing.T, items Items) {
	t.Helper()
	ann := items.Caller(t)
	ctx, _ := keyed(t)
	item := atOnce(t, func() (app.Item, error) {
		return items.Service.CreateItem(ctx, ann, app.NewItem{Title: "one", Body: "of many"})
	})
	page, err := items.Service.Items(t.Context(), ann, app.ItemQuery{})
	require.NoError(t, err)
	require.Equal(t, []app.Item{item}, page.Items)
}

// atOnce does the same write several times at once and returns the one answer.
func atOnce[T any](t *testing.T, write func() (T, error)) T {
	t.Helper()
	const rivals = 8
	answers, errs := make([]T, rivals), make([]error, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() { answers[i], errs[i] = write() })
	}
	all.Wait()
	for i := range rivals {
		require.NoError(t, errs[i])
		require.Equal(t, answers[0], answers[i])
	}
	return answers[0]
}
