// Package golden compares text with a file under testdata and rewrites the file on demand:
//
//	go test ./... -update
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Equal fails the test when got differs from testdata/name; with -update it writes the file instead.
func Equal(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path) //nolint:gosec // a golden file that the test names
	require.NoError(t, err, "no golden file; run: go test -update")
	require.Equal(t, string(want), got, "%s differs; look at the difference, then run: go test -update", path)
}
