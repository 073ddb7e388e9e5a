package web

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
)

func TestCodesAndStatusesAreInverse(t *testing.T) {
	t.Parallel()
	want := map[app.Code]int{
		app.CodeInvalid: 400, app.CodeUnauthenticated: 401, app.CodeNotFound: 404,
		app.CodeConflict: 409, app.CodeInternal: 500, app.CodeUnavailable: 503,
	}
	for code, status := range want {
		require.Equal(t, status, statusOf(code))
		require.Equal(t, code, codeOf(status))
	}
	require.Equal(t, 500, statusOf("unheard of"))
	require.Equal(t, app.CodeInternal, codeOf(418))
}
