package valkey_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/cache/valkey"
)

// An address with a password is refused, and what is told of it does not hold the password.
// go test ./app/cache/valkey -run '^$' -fuzz FuzzCheckURL -fuzztime 30s.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"", "redis://host", "rediss://user@host:6379", "redis://h/1", "redis://[::1]:1", "x://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const secret = "s3cr3t-of-the-cache"
		_ = valkey.CheckURL(raw) // must return
		scheme, rest, ok := strings.Cut(raw, "://")
		if !ok {
			return
		}
		err := valkey.CheckURL(scheme + "://user:" + secret + "@" + rest)
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
	})
}
