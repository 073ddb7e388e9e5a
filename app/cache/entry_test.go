package cache

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	const lag = 5 * time.Second
	at := time.Now().UnixMicro()
	after := func(token, also string) bool { return token >= also }
	for name, c := range map[string]struct {
		entry Entry[int]
		want  bool
	}{
		"read by somebody who knew":       {Entry[int]{Seen: Seen{at, "5"}, ReadAt: at + 1}, true},
		"read without knowing":            {Entry[int]{ReadAt: at + 1}, false},
		"read when every replica knew":    {Entry[int]{ReadAt: at + lag.Microseconds()}, true},
		"read knowing of an older only":   {Entry[int]{Seen: Seen{at - 1, "5"}, ReadAt: at + 1}, false},
		"read knowing of a later only":    {Entry[int]{Seen: Seen{at + 1, "4"}, ReadAt: at + 1}, false},
		"knowing of one that came before": {Entry[int]{Seen: Seen{at, "4"}, ReadAt: at + 1, After: "5"}, false},
	} {
		require.Equal(t, c.want, c.entry.covers(Seen{at, "5"}, lag, after), name)
	}
	require.True(t, Entry[int]{}.covers(Seen{Token: "5"}, lag, after), "who knows of nothing takes anything")
}

func TestJitterIsATenth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "d"))
		got := Times{}.vary(d)
		require.GreaterOrEqual(t, got, d*9/10-1)
		require.LessOrEqual(t, got, d*11/10+1)
	})
}

// Whatever order entries and floors come in, what the process keeps never gets older.
func TestLocalNeverGoesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		config := Config[int64]{
			Bytes: 1 << 20, Size: func(int64) int { return 8 }, Times: DefaultTimes(), Now: time.Now,
		}
		l, err := newLocal(config)
		require.NoError(t, err)
		defer l.close()
		newest := int64(0)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			version := rapid.Int64Range(1, 6).Draw(t, "version")
			if rapid.Bool().Draw(t, "floor") {
				l.floor("k", version)
				newest = max(newest, version)
			} else {
				put := l.put("k", Entry[int64]{Version: version, Found: true, Value: version})
				require.Equal(t, version >= newest, put)
				newest = max(newest, version)
				_, found := l.get("k")
				require.True(t, found || !put)
			}
			if have, found := l.get("k"); found {
				require.Equal(t, newest, have.Version)
				require.Equal(t, newest, have.Value)
			}
		}
	})
}
