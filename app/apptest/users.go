// Package apptest holds the conformance suites of the services: every implementation, local or remote, runs them.
package apptest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// Users is one implementation under test.
type Users struct {
	Service app.UserService
	Verify  func(ctx context.Context, token string) (app.Caller, error) // what a service does with a session's token
}

// Password is the password of every user that a suite signs up.
const Password = "correct horse battery"

// UserService tests an implementation; open is called for each case and may return the same service again.
func UserService(t *testing.T, open func(t *testing.T) Users) {
	t.Helper()
	cases := []struct {
		name string
		run  func(t *testing.T, users Users)
	}{
		{"sign up, sign in, profile", signUpSignInProfile},
		{"address is normalized", addressIsNormalized},
		{"address is taken", addressIsTaken},
		{"one of many wins an address", oneOfManyWinsAnAddress},
		{"sign up reports all mistakes", signUpReportsAllMistakes},
		{"sign up refuses", signUpRefuses},
		{"wrong credentials", wrongCredentials},
		{"unknown caller", unknownCaller},
		{"update the profile", updateTheProfile},
		{"profile of an old version", profileOfAnOldVersion},
		{"one of many profile updates wins", oneOfManyProfileUpdatesWins},
		{"a sign-up is done once for its key", signUpOnce},
		{"a key of one sign-up is not for another", signUpKeyOfAnother},
		{"sign-ups at once with one key", signUpsAtOnce},
		{"a profile update is done once for its key", updateProfileOnce},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// NewSignUp returns a valid sign-up with an address of its own.
func NewSignUp() app.SignUp {
	return app.SignUp{Email: uuid.NewString() + "@example.com", Name: "Ann O'Neil é", Password: Password}
}

// Keys returns a hasher that is cheap, and a signer with its verifier.
func Keys(tb testing.TB) (*auth.Hasher, *auth.Signer, *auth.Verifier) {
	tb.Helper()
	key, err := auth.GenerateKey()
	require.NoError(tb, err)
	signer, err := auth.NewSigner(key, time.Now)
	require.NoError(tb, err)
	hasher := auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Threads: 1}, 4)
	return hasher, signer, auth.NewVerifier(time.Now, auth.NewKeys(signer.Public()))
}

func signUpSignInProfile(t *testing.T, users Users) {
	t.Helper()
	in := NewSignUp()
	before := time.Now().Add(-time.Minute)
	user, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err)
	require.True(t, app.IsID(user.ID), user.ID)
	require.Equal(t, in.Email, user.Email)
	require.Equal(t, in.Name, user.Name)
	require.Equal(t, int64(1), user.Version)
	require.True(t, user.CreatedAt.After(before), user.CreatedAt)
	require.Equal(t, time.UTC, user.CreatedAt.Location())
	require.Equal(t, user.CreatedAt, user.UpdatedAt)

	session, err := users.Service.SignIn(t.Context(), app.SignIn{Email: in.Email, Password: in.Password})
	require.NoError(t, err)
	require.Equal(t, user, session.User)
	require.WithinDuration(t, time.Now().Add(auth.SessionTime), session.ExpiresAt, time.Minute)

	caller, err := users.Verify(t.Context(), session.Token)
	require.NoError(t, err)
	require.Equal(t, app.Caller{UserID: user.ID, Token: session.Token}, caller)
	profile, err := users.Service.Profile(t.Context(), caller)
	require.NoError(t, err)
	require.Equal(t, user, profile)
}

func addressIsNormalized(t *testing.T, users Users) {
	t.Helper()
	in := NewSignUp()
	plain := in.Email
	in.Email, in.Name = "  "+strings.ToUpper(plain)+" ", "  Ann  "
	user, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, plain, user.Email)
	require.Equal(t, "Ann", user.Name)
	_, err = users.Service.SignIn(t.Context(), app.SignIn{Email: " " + strings.ToUpper(plain), Password: Password})
	require.NoError(t, err)
}

func addressIsTaken(t *testing.T, users Users) {
	t.Helper()
	in := NewSignUp()
	_, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err)
	in.Email, in.Password = strings.ToUpper(in.Email), "another password"
	_, err = users.Service.SignUp(t.Context(), in)
	requireCode(t, app.CodeConflict, err)
	_, err = users.Service.SignIn(t.Context(), app.SignIn{Email: in.Email, Password: Password})
	require.NoError(t, err, "the first password still holds")
}

func oneOfManyWinsAnAddress(t *testing.T, users Users) {
	t.Helper()
	const rivals = 8
	in := NewSignUp()
	errs := make([]error, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		all.Go(func() { _, errs[i] = users.Service.SignUp(t.Context(), in) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		requireCode(t, app.CodeConflict, err)
	}
	require.Equal(t, 1, won)
}

func signUpReportsAllMistakes(t *testing.T, users Users) {
	t.Helper()
	_, err := users.Service.SignUp(t.Context(), app.SignUp{Email: "nobody", Name: " ", Password: "short77"})
	requireCode(t, app.CodeInvalid, err)
	for _, part := range []string{`email: got "nobody"`, "name: got nothing", "password: got 7 characters"} {
		require.ErrorContains(t, err, part)
	}
	require.NotContains(t, err.Error(), "short77")
}

func signUpRefuses(t *testing.T, users Users) {
	t.Helper()
	for name, change := range map[string]func(*app.SignUp){
		"address with a name":  func(in *app.SignUp) { in.Email = "Ann <" + in.Email + ">" },
		"two addresses":        func(in *app.SignUp) { in.Email += "," + in.Email },
		"long address":         func(in *app.SignUp) { in.Email = strings.Repeat("a", app.MaxEmailBytes) + in.Email },
		"NUL in the address":   func(in *app.SignUp) { in.Email = "a\x00" + in.Email },
		"long name":            func(in *app.SignUp) { in.Name = strings.Repeat("é", app.MaxNameRunes+1) },
		"line break in a name": func(in *app.SignUp) { in.Name = "Ann\nBob" },
		"long password":        func(in *app.SignUp) { in.Password = strings.Repeat("p", app.MaxPasswordBytes+1) },
	} {
		in := NewSignUp()
		change(&in)
		_, err := users.Service.SignUp(t.Context(), in)
		require.Equal(t, app.CodeInvalid, app.ErrorCode(err), "%s: %v", name, err)
	}
	in := NewSignUp()
	in.Name, in.Password = strings.Repeat("é", app.MaxNameRunes), strings.Repeat("p", app.MaxPasswordBytes)
	_, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err, "the limits themselves are fine")
}

func wrongCredentials(t *testing.T, users Users) {
	t.Helper()
	in := NewSignUp()
	_, err := users.Service.SignUp(t.Context(), in)
	require.NoError(t, err)
	texts := map[string]bool{}
	for _, wrong := range []app.SignIn{
		{Email: in.Email, Password: Password + "!"},
		{Email: in.Email, Password: ""},
		{Email: in.Email, Password: strings.Repeat("p", app.MaxPasswordBytes+1)},
		{Email: "x" + in.Email, Password: Password},
		{Email: "", Password: Password},
		{Email: "' OR 1=1 --", Password: Password},
		{Email: "a\x00b", Password: Password},
		{Email: "\xff", Password: Password},
	} {
		_, err := users.Service.SignIn(t.Context(), wrong)
		requireCode(t, app.CodeUnauthenticated, err)
		texts[err.Error()] = true
	}
	require.Len(t, texts, 1, "the text must not tell what was wrong")
}

func unknownCaller(t *testing.T, users Users) {
	t.Helper()
	for _, id := range []string{app.NewID(), "", "nobody"} {
		_, err := users.Service.Profile(t.Context(), app.Caller{UserID: id})
		requireCode(t, app.CodeUnauthenticated, err)
		_, err = users.Service.UpdateProfile(t.Context(), app.Caller{UserID: id}, app.ProfileChange{Version: 1, Name: "x"})
		requireCode(t, app.CodeUnauthenticated, err)
	}
}

func requireCode(t *testing.T, want app.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, app.ErrorCode(err), "%v", err)
}
