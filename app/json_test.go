package app_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/app"
)

func TestItemAsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`), rapid.Just("<\u2028\xff\"\\&>"))
		when := time.UnixMicro(rapid.Int64Range(-1e15, 1e15).Draw(t, "µs"))
		item := app.Item{
			ID: text.Draw(t, "id"), Title: text.Draw(t, "title"), Body: text.Draw(t, "body"),
			Version: rapid.Int64().Draw(t, "version"), CreatedAt: when.UTC(), UpdatedAt: when,
		}
		want, err := json.Marshal(item)
		require.NoError(t, err)
		got, err := item.AppendJSON([]byte("before "))
		require.NoError(t, err)
		require.Equal(t, "before "+string(want), string(got))
	})
	_, err := app.Item{CreatedAt: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}.AppendJSON(nil)
	require.Error(t, err, "as encoding/json says")
}
