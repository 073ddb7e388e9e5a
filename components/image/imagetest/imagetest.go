// Package imagetest writes small image layouts, for tests that need no real app.
package imagetest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Layout writes an OCI image layout for both architectures, as `make app` does, and returns its path. It holds
// manifests and no layers. It is the same every time.
func Layout(tb testing.TB) string {
	tb.Helper()
	return Of(tb, "arm64", "amd64")
}

// Of writes a layout for these architectures.
func Of(tb testing.TB, architectures ...string) string {
	tb.Helper()
	layout := tb.TempDir()
	blobs := filepath.Join(layout, "blobs", "sha256")
	require.NoError(tb, os.MkdirAll(blobs, 0o750))
	var manifests []string
	for _, architecture := range architectures {
		manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",`+
			`"annotations":{"architecture":%q}}`, architecture)
		digest := fmt.Sprintf("%x", sha256.Sum256([]byte(manifest)))
		write(tb, filepath.Join(blobs, digest), manifest)
		manifests = append(manifests, fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json",`+
			`"size":%d,"digest":"sha256:%s","platform":{"architecture":%q,"os":"linux"}}`,
			len(manifest), digest, architecture))
	}
	write(tb, filepath.Join(layout, "oci-layout"), `{"imageLayoutVersion":"1.0.0"}`)
	write(tb, filepath.Join(layout, "index.json"), fmt.Sprintf(
		`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}`,
		strings.Join(manifests, ",")))
	return layout
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	require.NoError(tb, os.WriteFile(path, []byte(text), 0o600))
}
