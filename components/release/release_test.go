package release_test

import (
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func program(args func(*key.Key) *release.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		_, err = release.New(ctx, "release", args(k))
		return err
	}
}

func TestBinaryIsPublishedUnderItsChecksum(t *testing.T) {
	t.Parallel()
	path := releasetest.Artifact(t, release.ARM64)
	artifact, err := release.Inspect(path)
	require.NoError(t, err)
	g := graphtest.Record(t, program(func(k *key.Key) *release.Args {
		return &release.Args{Artifact: path, Key: k}
	}))
	object := graphtest.Find(t, g, "release-app")
	require.Equal(t, "releases/"+artifact.SHA256+"/app", object.Inputs["key"])
	current := graphtest.Find(t, g, "release-current")
	require.Contains(t, current.Inputs["insecureValue"], artifact.SHA256, "machines verify what they download")
	require.Contains(t, current.Inputs["insecureValue"], artifact.SHA256[:12])
}

func TestInspect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"missing":  {os.Remove, "no such file; build the app with `make app`"},
		"unsigned": {func(path string) error { return os.Remove(path + ".sha256") }, "no checksum beside it"},
		"changed": {
			func(path string) error { return os.WriteFile(path, []byte("other"), 0o600) },
			"the file changed after it was built",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := releasetest.Artifact(t, release.X8664)
			require.NoError(t, c.spoil(path))
			_, err := release.Inspect(path)
			require.ErrorContains(t, err, c.want)
		})
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		artifact, err := release.Inspect(releasetest.Artifact(t, release.X8664))
		require.NoError(t, err)
		require.Equal(t, release.X8664, artifact.Architecture)
		require.Len(t, artifact.SHA256, 64)
	})
}

func TestNoLinuxBinary(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/app"
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	require.NoError(t, os.WriteFile(path+".sha256", []byte(empty), 0o600))
	_, err := release.Inspect(path)
	require.ErrorContains(t, err, "not a Linux binary")
}
