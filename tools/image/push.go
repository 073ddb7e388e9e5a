package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// push puts the image of a layout where a stack expects it: REPOSITORY@DIGEST, as its output "image" says. What the
// registry has already is not sent again. The password is read, so that it stands in no list of processes; empty for a
// registry that asks for none.
func push(ctx context.Context, path, to string, password io.Reader) error {
	reference, err := name.NewDigest(to)
	if err != nil {
		return fmt.Errorf("-push: got %q, want REPOSITORY@sha256:DIGEST, as `ladder outputs STACK` shows it: %w", to, err)
	}
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		return fmt.Errorf("%s: %w; `make app` writes it", path, err)
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	if digest.String() != reference.DigestStr() {
		return fmt.Errorf("%s: got the image %s, want %s, which the stack was deployed for; deploy again, or build that "+
			"version", path, digest, reference.DigestStr())
	}
	secret, err := io.ReadAll(password)
	if err != nil {
		return err
	}
	options := []remote.Option{remote.WithContext(ctx)}
	if text := strings.TrimSpace(string(secret)); text != "" {
		options = append(options, remote.WithAuth(&authn.Basic{Username: "AWS", Password: text})) // as ECR wants it
	}
	if err := remote.WriteIndex(reference, index, options...); err != nil {
		return fmt.Errorf("%s: %w", reference.Context(), err)
	}
	fmt.Println("pushed", reference)
	return nil
}
