package cache

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever another version of the app has left in the shared cache is no entry, or is written and read as the same.
// go test ./app/cache -run '^$' -fuzz FuzzDecode -fuzztime 30s.
func FuzzDecode(f *testing.F) {
	good, err := Entry[string]{Version: 3, Seen: Seen{1, "k"}, ReadAt: 2, After: "t", Found: true, Value: "x"}.encode()
	require.NoError(f, err)
	for _, seed := range []string{
		string(good), "", "null", "{}", "[]", `{"v":"1"}`, `{"v":-1}`, `{"v":9223372036854775807}`, `{"v":1e3}`, `{"x":null}`,
		`{"V":1}`, `{"v":1}{"v":2}`, "{\"x\":\"\xff\"}",
	} {
		f.Add([]byte(seed), int64(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, wrote int64) {
		e, err := decode[string](data)
		if err != nil {
			return
		}
		same := func(token, also string) bool { return token == also }
		if e.covers(Seen{wrote, "k"}, time.Second, same) {
			require.True(t, wrote == 0 || e.Wrote >= wrote && e.Token == "k" || e.ReadAt >= wrote)
		}
		written, err := e.encode()
		require.NoError(t, err)
		again, err := decode[string](written)
		require.NoError(t, err)
		require.Equal(t, e, again)
	})
}
