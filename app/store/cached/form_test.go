package cached

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

// Two versions of the app share one cache during a release.
func TestFormOfWhatIsKept(t *testing.T) {
	t.Parallel()
	form := func(of reflect.Type) (text string) {
		for field := range of.Fields() {
			text += fmt.Sprintf("%s %s; ", field.Name, field.Type)
		}
		return text
	}
	const item = "item1: ID string; Title string; Body string; Version int64; CreatedAt time.Time; UpdatedAt time.Time; "
	const user = "user1: ID string; Email string; Name string; Version int64; CreatedAt time.Time; "
	require.Equal(t, item, itemPrefix+" "+form(reflect.TypeFor[app.Item]()), "raise the number of itemPrefix")
	require.Equal(t, user, userPrefix+" "+form(reflect.TypeFor[app.User]()), "raise the number of userPrefix")
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]struct {
		wrote int64
		inner string
	}{
		"": {}, "abc": {0, "abc"}, "z~abc": {35, "abc"}, "z~": {35, ""}, "~abc": {0, "abc"}, "-1~abc": {0, "abc"},
		"!~a~b": {0, "a~b"}, "z~a~b": {35, "a~b"},
	} {
		wrote, inner := split(token)
		require.Equal(t, want.wrote, wrote, token)
		require.Equal(t, want.inner, inner, token)
	}
	wrote, _ := split("1y2p0ij32e8e7~") // the largest number
	require.Positive(t, wrote)
	again, inner := split(join(35, "a~b"))
	require.Equal(t, int64(35), again)
	require.Equal(t, "a~b", inner)
}
