package components_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func mentions(t *testing.T, component, want string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(component, "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		code, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(code), want) {
			return true
		}
	}
	return false
}
