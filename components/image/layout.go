package image

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	build        = "build it with `make app`"
)

// platforms are what an image is built for: nodes are arm64, and a developer's machine may not be.
var platforms = []string{"linux/amd64", "linux/arm64"}

var digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// index is the part of an OCI image index that is checked  [OCI Image Format Specification 1.1].
type index struct {
	MediaType string       `json:"mediaType"`
	Manifests []descriptor `json:"manifests"`
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Platform  struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
	} `json:"platform"`
}

// Inspect reads an OCI image layout whose index.json is the index of one image for several platforms, and returns the
// digest that the image has in a registry: that of index.json itself. The error says what is wanted, in the words that
// follow "want" in a component's message.
func Inspect(layout string) (string, error) {
	text, err := os.ReadFile(filepath.Join(layout, "index.json")) //nolint:gosec // the path is the user's configuration
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("a folder with an OCI image layout, which holds an index.json; " + build)
	}
	if err != nil {
		return "", fmt.Errorf("a layout that can be read: %w", err)
	}
	var i index
	if err := json.Unmarshal(text, &i); err != nil {
		return "", fmt.Errorf("an index.json in JSON; %s: %w", build, err)
	}
	if i.MediaType != indexType {
		return "", fmt.Errorf("an index.json of media type %s, not %q; %s", indexType, i.MediaType, build)
	}
	if err := i.check(layout); err != nil {
		return "", err
	}
	return digestOf(text), nil
}

// check holds every manifest against its digest: a layout that was copied in part is found before it is pushed.
func (i index) check(layout string) error {
	var has []string
	for _, m := range i.Manifests {
		if m.MediaType != manifestType {
			return fmt.Errorf("manifests of media type %s, not %q; %s", manifestType, m.MediaType, build)
		}
		if !digestPattern.MatchString(m.Digest) {
			return fmt.Errorf("manifests with a digest, sha256: and 64 hexadecimal digits, not %q; %s", m.Digest, build)
		}
		blob := filepath.Join("blobs", "sha256", strings.TrimPrefix(m.Digest, "sha256:"))
		text, err := os.ReadFile(filepath.Join(layout, blob)) //nolint:gosec // the name is hexadecimal
		if err != nil || digestOf(text) != m.Digest {
			return fmt.Errorf("a whole layout, whose %s is there and has that checksum; %s", blob, build)
		}
		has = append(has, m.Platform.OS+"/"+m.Platform.Architecture)
	}
	for _, platform := range platforms {
		if !slices.Contains(has, platform) {
			return fmt.Errorf("an image for %s, not for %s alone; %s",
				strings.Join(platforms, " and "), strings.Join(append(has, "nothing")[:max(len(has), 1)], " and "), build)
		}
	}
	return nil
}

func digestOf(text []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(text)) }
