package postgres_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Whatever comes as freshness tokens becomes one that travels in headers, and is read as the same.
// go test ./app/store/postgres -run '^$' -fuzz FuzzMergeTokens -fuzztime 30s.
func FuzzMergeTokens(f *testing.F) {
	const one = "AAAAAQAAAAAAAAABAAABjAAAAAA" // 20 bytes: cluster, position, time
	for _, seed := range []string{one, one[:26], one + one, "", "!", "AAAA", strings.Repeat("A", 1000)} {
		f.Add(seed, one)
	}
	f.Fuzz(func(t *testing.T, token, also string) {
		merged := postgres.MergeTokens(token, also)
		require.True(t, merged == "" || app.IsFreshness(merged), merged)
		require.Equal(t, merged, postgres.MergeTokens(merged, ""))
		require.True(t, postgres.HoldsToken(merged, merged))
	})
}

// An address with a password is refused, and what is told of it does not hold the password.
// go test ./app/store/postgres -run '^$' -fuzz FuzzCheckURL -fuzztime 30s.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"", "postgres:///ladder?host=/run/postgresql", "postgres://user@host:5432/db?sslmode=require", "postgres://[::1]/x",
		"postgresql://host/db?pool_max_conns=x", "postgres://host:port/db", "memory:", "postgres://a,b/db",
		"postgres:=://s", "POSTGRES://host/db", "postgres:host=a password=b",
		"postgres://host#?", "postgres://host?a;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const secret = "s3cr3t-of-the-database"
		_ = postgres.CheckURL(raw) // must return
		if scheme, rest, ok := strings.Cut(raw, "://"); ok {
			requireSecret(t, scheme+"://user:"+secret+"@"+rest, secret)
		}
		if path, query, ok := strings.Cut(raw, "?"); ok {
			requireSecret(t, path+"?password="+secret+"&"+query, secret)
		}
	})
}

func requireSecret(t *testing.T, url, secret string) {
	t.Helper()
	err := postgres.CheckURL(url)
	require.Error(t, err, url)
	require.NotContains(t, err.Error(), secret)
}
