package serve_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/serve"
)

func TestSecretsCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(args ...string) (code int, said string) {
		var stdout, stderr bytes.Buffer
		code = serve.Main(t.Context(), "dev", append([]string{"secrets"}, args...), func(string) string { return "" },
			&stdout, &stderr)
		require.Empty(t, stdout.String())
		return code, stderr.String()
	}
	code, said := run("-dir", dir)
	require.Equal(t, 2, code, "wrong arguments: starting again changes nothing")
	require.Contains(t, said, "want NAME=SOURCE")

	code, said = run("-check", "-dir", dir)
	require.Equal(t, 1, code)
	require.Contains(t, said, "not all of them were read yet")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".ready"), nil, 0o600))
	code, _ = run("-check", "-dir", dir)
	require.Zero(t, code)
}
