package cached

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

// Whatever comes as a token, the time in it is one that a clock of ours may have had, and what is sent back is read as
// the same.
// go test ./app/store/cached -run '^$' -fuzz FuzzSplit -fuzztime 30s.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"", "inner", "~", "a~b", "a~b~c", "~a~b", "-1~x", "+1~x", "zzzzzzzzzzzzz~x", "1y2p0ij32e8e7~", "0~x", "\x00~",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		seen := split(token)
		require.GreaterOrEqual(t, seen.Wrote, int64(0))
		require.LessOrEqual(t, seen.Wrote, time.Now().Add(time.Minute).UnixMicro())
		if seen.Wrote == 0 {
			return
		}
		joined := join(seen)
		require.Equal(t, seen, split(joined))
		if app.IsFreshness(token) {
			require.True(t, app.IsFreshness(joined), joined)
		}
	})
}
