// Package releasetest makes artifacts for tests: files that pass for the app's binary.
package releasetest

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
)

// Artifact writes a Linux binary without any program in it, and its checksum, and returns its path. The
// content is the same in every call.
func Artifact(tb testing.TB, architecture release.Architecture) string {
	tb.Helper()
	machine := map[release.Architecture]elf.Machine{release.ARM64: elf.EM_AARCH64, release.X8664: elf.EM_X86_64}
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{
			0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT),
		},
		Type: uint16(elf.ET_EXEC), Machine: uint16(machine[architecture]), Version: uint32(elf.EV_CURRENT),
		Ehsize: 64,
	}
	var content bytes.Buffer
	require.NoError(tb, binary.Write(&content, binary.LittleEndian, header))
	path := filepath.Join(tb.TempDir(), "app")
	require.NoError(tb, os.WriteFile(path, content.Bytes(), 0o600))
	sum := fmt.Sprintf("%x  app\n", sha256.Sum256(content.Bytes()))
	require.NoError(tb, os.WriteFile(path+".sha256", []byte(sum), 0o600))
	return path
}
