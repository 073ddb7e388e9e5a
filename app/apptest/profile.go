package apptest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

// signedUp is a new user and his caller.
func signedUp(t *testing.T, users Users) (app.User, app.Caller) {
	t.Helper()
	in := NewSignUp()
	_, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err)
	session, err := users.Service.SignIn(t.Context(), app.SignIn{Email: in.Email, Password: in.Password})
	require.NoError(t, err)
	caller, err := users.Verify(t.Context(), session.Token)
	require.NoError(t, err)
	return session.User, caller
}

func updateTheProfile(t *testing.T, users Users) {
	t.Helper()
	user, ann := signedUp(t, users)
	updated, err := users.Service.UpdateProfile(t.Context(), ann, app.ProfileChange{Version: 1, Name: " Ann Other 日 "})
	require.NoError(t, err)
	require.True(t, updated.UpdatedAt.After(user.UpdatedAt))
	user.Name, user.Version, user.UpdatedAt = "Ann Other 日", 2, updated.UpdatedAt
	require.Equal(t, user, updated)
	read, err := users.Service.Profile(t.Context(), ann)
	require.NoError(t, err)
	require.Equal(t, user, read)
	session, err := users.Service.SignIn(t.Context(), app.SignIn{Email: user.Email, Password: Password})
	require.NoError(t, err)
	require.Equal(t, user, session.User)
}

func profileOfAnOldVersion(t *testing.T, users Users) {
	t.Helper()
	user, ann := signedUp(t, users)
	for _, version := range []int64{2, 99} {
		_, err := users.Service.UpdateProfile(t.Context(), ann, app.ProfileChange{Version: version, Name: "lost"})
		requireCode(t, app.CodeConflict, err)
		require.ErrorContains(t, err, fmt.Sprintf("got %d, the profile is at 1", version))
	}
	for name, in := range map[string]app.ProfileChange{
		"no version": {Name: "x"}, "no name": {Version: 1, Name: " "}, "NUL": {Version: 1, Name: "a\x00"},
		"broken": {Version: 1, Name: "\xff"}, "long": {Version: 1, Name: strings.Repeat("é", app.MaxNameRunes+1)},
	} {
		_, err := users.Service.UpdateProfile(t.Context(), ann, in)
		require.Equal(t, app.CodeInvalid, app.ErrorCode(err), "%s: %v", name, err)
	}
	read, err := users.Service.Profile(t.Context(), ann)
	require.NoError(t, err)
	require.Equal(t, user, read)
}

func oneOfManyProfileUpdatesWins(t *testing.T, users Users) {
	t.Helper()
	const rivals = 8
	_, ann := signedUp(t, users)
	errs := make([]error, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() {
			_, errs[i] = users.Service.UpdateProfile(t.Context(), ann,
				app.ProfileChange{Version: 1, Name: fmt.Sprintf("rival %d", i)})
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
	read, err := users.Service.Profile(t.Context(), ann)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("rival %d", winner), read.Name)
}
