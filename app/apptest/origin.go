package apptest

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/api"
)

// Origin returns what the headers of an answer tell of where it came from.
func Origin(t *testing.T, h http.Header) url.Values {
	t.Helper()
	told, err := url.ParseQuery(h.Get(api.Origin))
	require.NoError(t, err)
	return told
}
