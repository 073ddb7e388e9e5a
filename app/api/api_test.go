package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

func TestCodesAndStatusesAreInverse(t *testing.T) {
	t.Parallel()
	want := map[app.Code]int{
		app.CodeInvalid: 400, app.CodeUnauthenticated: 401, app.CodeNotFound: 404,
		app.CodeConflict: 409, app.CodeInternal: 500, app.CodeUnavailable: 503,
	}
	for code, status := range want {
		require.Equal(t, status, api.StatusOf(code))
		require.Equal(t, code, api.CodeOf(status))
		require.True(t, api.IsCode(code))
	}
	for _, status := range []int{429, 502, 503, 504} {
		require.Equal(t, app.CodeUnavailable, api.CodeOf(status))
	}
	require.Equal(t, 500, api.StatusOf("unheard of"))
	require.Equal(t, app.CodeInternal, api.CodeOf(418))
	require.False(t, api.IsCode("unheard of"))
}
