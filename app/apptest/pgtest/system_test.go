package pgtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBinariesTakesTheNewestVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, version := range []string{"9.6", "15", "17"} {
		bin := filepath.Join(dir, version, "bin")
		require.NoError(t, os.MkdirAll(bin, 0o755))
		require.NoError(t, writeFile(filepath.Join(bin, "initdb"), ""))
	}
	found, err := binaries(filepath.Join(dir, "*", "bin"))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "17", "bin"), found)
}

func TestBinariesMissingNamesThePackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := binaries(filepath.Join(t.TempDir(), "*", "bin"))
	require.ErrorContains(t, err, "apt-get install -y --no-install-recommends postgresql")
}
