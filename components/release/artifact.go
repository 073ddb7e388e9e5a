package release

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Architecture is an instruction set in AWS's words.
type Architecture string

// The architectures that EC2 instances have.
const (
	ARM64 Architecture = "arm64"
	X8664 Architecture = "x86_64"
)

// Artifact is the app's binary on this machine.
type Artifact struct {
	Path         string
	SHA256       string // 64 hexadecimal digits
	Architecture Architecture
}

// Inspect reads a Linux binary and holds it against the checksum that `make app` wrote beside it
// (PATH.sha256, in the form of sha256sum). The errors say how to build what is missing or broken.
func Inspect(path string) (Artifact, error) {
	binary, err := os.ReadFile(path) //nolint:gosec // the path is the user's own configuration
	if errors.Is(err, os.ErrNotExist) {
		return Artifact{}, fmt.Errorf("artifact %s: no such file; build the app with `make app`, "+
			"or set ladder:artifact to a Linux binary of it", path)
	}
	if err != nil {
		return Artifact{}, fmt.Errorf("artifact: %w", err)
	}
	sum := sha256.Sum256(binary)
	artifact := Artifact{Path: path, SHA256: hex.EncodeToString(sum[:])}
	if err := artifact.checkSum(); err != nil {
		return Artifact{}, err
	}
	artifact.Architecture, err = architecture(binary)
	if err != nil {
		return Artifact{}, fmt.Errorf("artifact %s: %w; build the app with `make app`", path, err)
	}
	return artifact, nil
}

func (a Artifact) checkSum() error {
	text, err := os.ReadFile(a.Path + ".sha256")
	if err != nil {
		return fmt.Errorf("artifact %s: no checksum beside it (%s.sha256); "+
			"`make app` writes both, `sha256sum` makes one for a binary of your own", a.Path, a.Path)
	}
	want, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	if want != a.SHA256 {
		return fmt.Errorf("artifact %s: got checksum %s, want %s as %s.sha256 says; "+
			"the file changed after it was built: build it again with `make app`", a.Path, a.SHA256, want, a.Path)
	}
	return nil
}

func architecture(binary []byte) (Architecture, error) {
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		return "", errors.New("not a Linux binary")
	}
	switch file.Machine {
	case elf.EM_AARCH64:
		return ARM64, nil
	case elf.EM_X86_64:
		return X8664, nil
	default:
		return "", fmt.Errorf("got machine %s, want a binary for arm64 or x86_64", file.Machine)
	}
}
