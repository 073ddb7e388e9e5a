package main

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// What was pushed is there under its digest, to the last layer; any other digest than the stack's is refused before
// anything is sent.
func TestPush(t *testing.T) {
	server := httptest.NewServer(registry.New())
	defer server.Close()
	index, err := random.Index(64, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image")
	if _, err := layout.Write(path, index); err != nil {
		t.Fatal(err)
	}
	stored, err := layout.ImageIndexFromPath(path)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := stored.Digest()
	if err != nil {
		t.Fatal(err)
	}
	to := strings.TrimPrefix(server.URL, "http://") + "/ladder/test/image@"
	for range 2 { // again is no mistake
		if err := push(t.Context(), path, to+digest.String(), strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
	reference, err := name.NewDigest(to + digest.String())
	if err != nil {
		t.Fatal(err)
	}
	found, err := remote.Index(reference)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := found.IndexManifest()
	if err != nil || len(manifest.Manifests) != 2 {
		t.Fatalf("got %v, %v; want both images", manifest, err)
	}
	for to, want := range map[string]string{
		to + "sha256:" + strings.Repeat("0", 64): "which the stack was deployed for",
		to + "latest":                            "want REPOSITORY@sha256:DIGEST",
	} {
		if err := push(t.Context(), path, to, strings.NewReader("")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := push(t.Context(), t.TempDir(), to+digest.String(), strings.NewReader("")); err == nil {
		t.Error("an empty folder is no layout")
	}
}
