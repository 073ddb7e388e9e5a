package cached

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/cache"
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
	const user = "user2: ID string; Email string; Name string; Version int64; CreatedAt time.Time; " +
		"UpdatedAt time.Time; "
	require.Equal(t, item, itemPrefix+" "+form(reflect.TypeFor[app.Item]()), "raise the number of itemPrefix")
	require.Equal(t, user, userPrefix+" "+form(reflect.TypeFor[app.User]()), "raise the number of userPrefix")
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]cache.Seen{
		"": {}, "abc": {Token: "abc"}, "z~abc": {Wrote: 35, Token: "abc"}, "z~": {Wrote: 35},
		"~abc": {Token: "abc"}, "-1~abc": {Token: "abc"}, "!~a~b": {Token: "a~b"}, "z~a~b": {Wrote: 35, Token: "a~b"},
	} {
		require.Equal(t, want, split(token), token)
	}
	require.Positive(t, split("1y2p0ij32e8e7~").Wrote) // the largest number
	seen := cache.Seen{Wrote: 35, Token: "a~b"}
	require.Equal(t, seen, split(join(seen)))
}
