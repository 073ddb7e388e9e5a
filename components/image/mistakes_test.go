package image_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/image"
	"github.com/ladder-iac/ladder/components/image/imagetest"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// edited is a layout with a changed text in index.json.
func edited(t *testing.T, old, new string) string {
	t.Helper()
	layout := imagetest.Layout(t)
	path := filepath.Join(layout, "index.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := strings.ReplaceAll(string(text), old, new)
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
	return layout
}

// broken is a layout with a missing or changed blob.
func broken(t *testing.T, spoil func(path string) error) string {
	t.Helper()
	layout := imagetest.Layout(t)
	blobs, err := filepath.Glob(filepath.Join(layout, "blobs", "sha256", "*"))
	require.NoError(t, err)
	require.NoError(t, spoil(blobs[0]))
	return layout
}

type mistake struct {
	edit func(*image.Args)
	want string
}

// mistakes are bad values of each field, with what the user is told.
func mistakes(t *testing.T) map[string][]mistake {
	t.Helper()
	layout := func(path, want string) mistake {
		return mistake{func(a *image.Args) { a.Layout = path }, want}
	}
	replica := func(edit func(*image.Replica), want string) mistake {
		return mistake{func(a *image.Args) { edit(&a.Replicas[0]) }, want}
	}
	return map[string][]mistake{
		"Layout": {
			layout("", "Layout: got nothing, want the path of the OCI image layout that `make app` writes"),
			layout("nowhere", `Layout: got "nowhere", want a folder with an OCI image layout, which holds an index.json; `+
				"build it with `make app`"),
			layout(edited(t, "{", "x"), "want an index.json in JSON; build it with `make app`"),
			layout(edited(t, "oci.image.index.v1+json", "oci.image.manifest.v1+json"),
				`want an index.json of media type application/vnd.oci.image.index.v1+json, not `+
					`"application/vnd.oci.image.manifest.v1+json"`),
			layout(edited(t, "vnd.oci.image.manifest.v1", "vnd.docker.distribution.manifest.v2"),
				"want manifests of media type application/vnd.oci.image.manifest.v1+json, not"),
			layout(edited(t, `"digest":"sha256:`, `"digest":"`), "want manifests with a digest, sha256: and 64 hexadecimal"),
			layout(edited(t, `"digest"`, `"disgust"`), `want manifests with a digest, sha256: and 64 hexadecimal digits, not ""`),
			layout(imagetest.Of(t, "arm64"), "want an image for linux/amd64 and linux/arm64, not for linux/arm64 alone"),
			layout(imagetest.Of(t), "want an image for linux/amd64 and linux/arm64, not for nothing alone"),
			layout(broken(t, os.Remove), "want a whole layout, whose blobs/sha256/"),
			layout(broken(t, func(path string) error { return os.WriteFile(path, []byte("{}"), 0o600) }),
				"is there and has that checksum; build it with `make app`"),
		},
		"Key": {{func(a *image.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
		"Replicas": {
			{func(a *image.Args) { a.Replicas = append(a.Replicas, a.Replicas[0]) }, `got "us-west-2", want each region once`},
			{
				func(a *image.Args) {
					for i := range 25 {
						next := a.Replicas[0]
						next.Region = "us-west" + strings.Repeat("-x", i+1) + "-2"
						a.Replicas = append(a.Replicas, next)
					}
				},
				"Replicas: got 26, want at most 25",
			},
		},
		"Region":   {replica(func(r *image.Replica) { r.Region = "west" }, `Replicas[0].Region: got "west", want an AWS region`)},
		"Provider": {replica(func(r *image.Replica) { r.Provider = nil }, "Replicas[0].Provider: got nothing, want the region's")},
		"Replica.Key": {
			replica(func(r *image.Replica) { r.Key = nil }, "Replicas[0].Key: got nothing, want a key component of the region"),
		},
	}
}

func sound(t *testing.T) *image.Args {
	t.Helper()
	k := &key.Key{ARN: pulumi.String("arn:aws:kms:us-east-1:123456789012:key/0123").ToStringOutput()}
	return &image.Args{
		Layout: imagetest.Layout(t), Key: k,
		Replicas: []image.Replica{{Region: "us-west-2", Key: k, Provider: &aws.Provider{}}},
	}
}

// Every field has bounds: one that is new fails here until it has.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[image.Args]().Fields() {
		require.NotEmpty(t, mistakes(t)[field.Name], field.Name)
	}
	for field := range reflect.TypeFor[image.Replica]().Fields() {
		require.True(t, mistakes(t)[field.Name] != nil && mistakes(t)["Replica.Key"] != nil, field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes(t) {
		for _, c := range list {
			t.Run(field+" "+c.want, func(t *testing.T) {
				t.Parallel()
				args := sound(t)
				c.edit(args)
				text := graphtest.Error(t, func(ctx *pulumi.Context) error {
					_, err := image.New(ctx, "image", args)
					return err
				})
				require.Contains(t, text, c.want)
				require.Equal(t, 1, strings.Count(text, `image "image": `), "one mistake, told once:\n%v", text)
			})
		}
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := image.New(ctx, "image", nil)
		return err
	})
	require.Contains(t, text, `image "image": Key: got `)
	require.Contains(t, text, `image "image": Layout: got `)
}

// The repository has the name of its stack, which ECR may not take.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stack, name, want string }{
		{"test", "Image", `name: got "Image", want lower-case letters`},
		{"Prod", "image", `name: got "ladder/Prod/image", want at most 256 lower-case letters`},
		{"my__stack", "image", `name: got "ladder/my__stack/image", want at most 256`},
	} {
		run := graphtest.Run()
		run.Stack = c.stack
		_, err := graph.Record(func(ctx *pulumi.Context) error {
			_, err := image.New(ctx, c.name, sound(t))
			return err
		}, run)
		require.ErrorContains(t, err, c.want)
	}
}
