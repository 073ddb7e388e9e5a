package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func TestKeysEndAfterADay(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	items, ann, conn := postgres.NewItems(open(t, db)), newCaller(t), connect(t, db)
	write := func(ctx context.Context, title string) (app.Item, error) {
		return items.CreateItem(ctx, ann, app.NewItem{Title: title})
	}
	old := app.WithIdempotencyKey(t.Context(), "old")
	first, err := write(old, "first")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "UPDATE idempotency_keys SET created_at = now() - interval '23 hours 59 minutes'")
	require.NoError(t, err)
	again, err := write(old, "first")
	require.NoError(t, err)
	require.Equal(t, first, again)

	_, err = conn.Exec(t.Context(), "UPDATE idempotency_keys SET created_at = now() - interval '24 hours'")
	require.NoError(t, err)
	_, err = write(old, "second")
	require.NoError(t, err, "the key is free again")
	_, err = write(old, "first")
	require.Equal(t, app.CodeConflict, app.ErrorCode(err))

	_, err = conn.Exec(t.Context(), "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
	require.NoError(t, err)
	require.Eventually(t, func() bool { // at most once a second
		_, err := write(app.WithIdempotencyKey(t.Context(), uuid.NewString()), "another")
		return err == nil && count(t, conn, "SELECT count(*) FROM idempotency_keys WHERE key = 'old'") == 0
	}, patience, 50*time.Millisecond, "old keys are removed by and by")
}

// What is kept for a key holds neither the password, nor a fast hash of it, nor what the user wrote.
func TestKeysKeepNoContent(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	opened, conn := open(t, db), connect(t, db)
	hasher, signer, _ := apptest.Keys(t)
	users, items := postgres.NewUsers(opened, hasher, signer), postgres.NewItems(opened)
	ctx := func() context.Context { return app.WithIdempotencyKey(t.Context(), uuid.NewString()) }
	in := apptest.NewSignUp()
	_, err := users.SignUp(ctx(), in)
	require.NoError(t, err)
	_, err = items.CreateItem(ctx(), newCaller(t), app.NewItem{Title: "s3cret title", Body: "s3cret body"})
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), "SELECT k::text FROM idempotency_keys k")
	require.NoError(t, err)
	n := 0
	for ; rows.Next(); n++ {
		var row string
		require.NoError(t, rows.Scan(&row))
		for _, secret := range []string{"s3cret", in.Password, in.Email, in.Name} {
			require.NotContains(t, row, secret)
		}
	}
	require.NoError(t, rows.Err())
	require.Equal(t, 2, n)
}

// A binary of before runs on this schema, so that a release can be taken back.
func TestUsersOfAnOlderBinary(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	hasher, signer, _ := apptest.Keys(t)
	users, conn := postgres.NewUsers(open(t, db), hasher, signer), connect(t, db)
	id := app.NewID()
	_, err := conn.Exec(t.Context(), `INSERT INTO users (id, email, name, password_hash, created_at)
		VALUES ($1, 'old@example.com', 'Old', 'x', now())`, id)
	require.NoError(t, err)
	user, err := users.UpdateProfile(t.Context(), app.Caller{UserID: id}, app.ProfileChange{Version: 1, Name: "New"})
	require.NoError(t, err)
	require.Equal(t, int64(2), user.Version)
}

// Items need no users: from phase 4 on they live in two databases.
func TestNoForeignKeys(t *testing.T) {
	t.Parallel()
	conn := connect(t, pg.New(t))
	require.Zero(t, count(t, conn, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"))
}
