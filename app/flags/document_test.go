package flags

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func rollout(t require.TestingT, onWeight, offWeight int) rule {
	found, err := parse(fmt.Appendf(nil, `{"flags": {"cache.enabled": {"state": "ENABLED",
		"variants": {"on": true, "off": false}, "defaultVariant": "off",
		"targeting": {"fractional": [["on", %d], ["off", %d]]}}}}`, onWeight, offWeight))
	require.NoError(t, err)
	return found[CacheEnabled]
}

func TestRolloutIsStickyAndOnlyGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.StringN(1, 40, -1).Draw(t, "user")
		small := rapid.IntRange(0, 100).Draw(t, "small")
		large := rapid.IntRange(small, 100).Draw(t, "large")
		before, _ := rollout(t, small, 100-small).answer(CacheEnabled, user)
		again, _ := rollout(t, small, 100-small).answer(CacheEnabled, user)
		require.Equal(t, before, again)
		if after, _ := rollout(t, large, 100-large).answer(CacheEnabled, user); before {
			require.True(t, after, "%d %% -> %d %% took it away", small, large)
		}
	})
}

func TestRolloutShares(t *testing.T) {
	t.Parallel()
	const users = 20_000
	for _, percent := range []int{0, 1, 5, 20, 50, 100} {
		rule, count := rollout(t, percent, 100-percent), 0
		for i := range users {
			if on, _ := rule.answer(CacheEnabled, fmt.Sprintf("user-%d", i)); on {
				count++
			}
		}
		require.InDelta(t, float64(percent)/100, float64(count)/users, 0.01, "%d %%", percent)
	}
}

func TestFlagsShareNoOrderOfUsers(t *testing.T) {
	t.Parallel()
	rule, both := rollout(t, 10, 90), 0
	const users = 20_000
	for i := range users {
		user := fmt.Sprintf("user-%d", i)
		one, _ := rule.answer(CacheEnabled, user)
		two, _ := rule.answer(ReadsReplicas, user)
		if one && two {
			both++
		}
	}
	require.InDelta(t, 0.01, float64(both)/users, 0.005)
}

func TestNobodyInParticularIsInNoShare(t *testing.T) {
	t.Parallel()
	on, split := rollout(t, 100, 0).answer(CacheEnabled, "")
	require.False(t, on)
	require.False(t, split)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	flag := func(text string) string { return `{"flags": {"cache.enabled": ` + text + `}}` }
	const good = `"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"`
	for text, want := range map[string]string{
		"":                           "want one JSON object",
		"[]":                         "want one JSON object",
		"{}":                         `got no "flags"`,
		flag(`{`+good+`}`) + "{}":    "text after the JSON object",
		flag(`1`):                    "cache.enabled: want state, variants",
		flag(`{}`):                   `state: got "", want ENABLED or DISABLED`,
		flag(`{"state": "on"}`):      `state: got "on"`,
		flag(`{"state": "ENABLED"}`): `defaultVariant: got ""`,
		flag(`{` + good + `, "targeting": {"if": []}}`):                               `targeting: got "if", want only fractional`,
		flag(`{` + good + `, "targeting": {"fractional": []}}`):                       "want weights above 0",
		flag(`{` + good + `, "targeting": {"fractional": [["on", 0]]}}`):              "want weights above 0",
		flag(`{` + good + `, "targeting": {"fractional": [["on", -1]]}}`):             "fractional[0]",
		flag(`{` + good + `, "targeting": {"fractional": [["on"]]}}`):                 "fractional[0]",
		flag(`{` + good + `, "targeting": {"fractional": [["on", 1, 2]]}}`):           "fractional[0]",
		flag(`{` + good + `, "targeting": {"fractional": [["on", 1], ["none", 1]]}}`): "fractional[1]",
		`{"flags": {"x": "` + strings.Repeat("x", maxBytes) + `"}}`:                   "want at most 1048576",
	} {
		_, err := parse([]byte(text))
		require.ErrorContains(t, err, want)
	}
	_, err := parse([]byte(`{"flags": {"cache.enabled": {}, "reads.replicas": {}}}`))
	require.ErrorContains(t, err, "cache.enabled")
	require.ErrorContains(t, err, "reads.replicas", "all mistakes at once")
}

func FuzzParse(f *testing.F) {
	f.Add(`{"flags": {"cache.enabled": {"state": "ENABLED", "variants": {"on": true, "off": false},
		"defaultVariant": "on", "targeting": {"fractional": [["on", 1], ["off", 1]]}}}}`)
	f.Fuzz(func(_ *testing.T, text string) {
		found, err := parse([]byte(text))
		if err == nil {
			found[CacheEnabled].answer(CacheEnabled, "ann")
		}
	})
}
