package events_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
)

// Whatever a bus delivers is no event, or is one that can be published again.
// go test ./app/events -run '^$' -fuzz FuzzDecode -fuzztime 30s.
func FuzzDecode(f *testing.F) {
	good, err := events.New(f.Context(), events.UserAggregate, app.NewID(), events.UserRenamed, 3, events.User{Name: "ann"})
	require.NoError(f, err)
	content, err := json.Marshal(good)
	require.NoError(f, err)
	for _, seed := range []string{
		string(content), "", "null", "{}", "[]", `{"id":1}`, `{"version":-1}`, `{"payload":null}`, `{"trace":{"traceparent":"00-x"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		e, err := events.Decode(content)
		if err != nil {
			require.Zero(t, e)
			return
		}
		require.NoError(t, e.Validate())
		require.NotNil(t, e.Context(t.Context()))
		written, err := json.Marshal(e)
		require.NoError(t, err)
		again, err := events.Decode(written)
		require.NoError(t, err)
		require.Equal(t, e.ID, again.ID)
		require.Equal(t, e.Version, again.Version)
		require.JSONEq(t, string(e.Payload), string(again.Payload))
	})
}
