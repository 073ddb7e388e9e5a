package image_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// program makes the image, with copies in the regions that the config names.
func program(layout string, seen func(*image.Image)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		home, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		args := &image.Args{Layout: layout, Key: home}
		regions, _ := ctx.GetConfig("test:regions")
		for region := range strings.FieldsSeq(regions) {
			provider, err := aws.NewProvider(ctx, region, &aws.ProviderArgs{Region: pulumi.String(region)})
			if err != nil {
				return err
			}
			k, err := key.New(ctx, "key-"+region, nil, pulumi.Providers(provider))
			if err != nil {
				return err
			}
			args.Replicas = append(args.Replicas, image.Replica{Region: region, Key: k, Provider: provider})
		}
		i, err := image.New(ctx, "image", args)
		if err == nil && seen != nil {
			seen(i)
		}
		return err
	}
}

func in(regions string) graph.Run {
	run := graphtest.Run()
	run.Config = map[string]string{"aws:region": "us-east-1", "test:regions": regions}
	return run
}

func record(t *testing.T, regions string) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(imagetest.Layout(t), nil), in(regions))
	require.NoError(t, err)
	return g
}

func TestRepository(t *testing.T) {
	t.Parallel()
	g := record(t, "")
	repository := graphtest.Find(t, g, "image-repository")
	require.Equal(t, "ladder/test/image", repository.Inputs["name"])
	require.Equal(t, "IMMUTABLE", repository.Inputs["imageTagMutability"])
	require.Equal(t, map[string]any{"scanOnPush": true}, repository.Inputs["imageScanningConfiguration"])
	encryption := repository.Inputs["encryptionConfigurations"].([]any)[0].(map[string]any)
	require.Equal(t, "KMS", encryption["encryptionType"])
	require.Contains(t, encryption["kmsKey"], "arn:aws:kms:us-east-1:", "the stack's key, not AWS's")
	require.True(t, repository.Options.Protect, "nodes that start need it")
	require.Empty(t, graphtest.Names(g, "aws:ecr/replicationConfiguration:ReplicationConfiguration"),
		"it belongs to all stacks of the account")
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	var policy struct {
		Rules []struct {
			Selection struct {
				TagStatus, CountType string
				CountNumber          int
			}
			Action struct{ Type string }
		}
	}
	text := graphtest.Find(t, record(t, ""), "image-lifecycle").Inputs["policy"].(string)
	require.NoError(t, json.Unmarshal([]byte(text), &policy))
	require.Len(t, policy.Rules, 1)
	require.Equal(t, "any", policy.Rules[0].Selection.TagStatus, "an image named by digest needs no tag")
	require.Equal(t, "imageCountMoreThan", policy.Rules[0].Selection.CountType)
	require.Equal(t, 90, policy.Rules[0].Selection.CountNumber, "three for a release")
	require.Equal(t, "expire", policy.Rules[0].Action.Type)
}

// A canary stands in the same repositories, and is copied to the same regions, under a digest of its own.
func TestBeside(t *testing.T) {
	t.Parallel()
	layout, trial := imagetest.Layout(t), imagetest.Of(t, "amd64", "arm64")
	digest, err := image.Inspect(trial)
	require.NoError(t, err)
	var home, west string
	_, err = graph.Record(program(layout, func(i *image.Image) {
		other, err := i.Beside(trial)
		require.NoError(t, err)
		require.NotEqual(t, i.Digest, other.Digest)
		away, err := other.In("us-west-2")
		require.NoError(t, err)
		pulumi.All(other.URI, away).ApplyT(func(v []any) int {
			home, west = v[0].(string), v[1].(string)
			return 0
		})
		_, err = i.Beside(t.TempDir())
		require.ErrorContains(t, err, "index.json")
	}), in("us-west-2"))
	require.NoError(t, err)
	require.Equal(t, "123456789012.dkr.ecr.us-east-1.amazonaws.com/ladder/test/image@"+digest, home)
	require.Equal(t, "123456789012.dkr.ecr.us-west-2.amazonaws.com/ladder/test/image@"+digest, west)
}

// What a container names is what a registry answers to: the digest of the index, not of one architecture.
func TestNamedByDigest(t *testing.T) {
	t.Parallel()
	layout := imagetest.Layout(t)
	text, err := os.ReadFile(filepath.Join(layout, "index.json"))
	require.NoError(t, err)
	want := fmt.Sprintf("sha256:%x", sha256.Sum256(text))
	var home, west string
	_, err = graph.Record(program(layout, func(i *image.Image) {
		require.Equal(t, want, i.Digest)
		require.Equal(t, want[len("sha256:"):][:12], i.Version)
		away, err := i.In("us-west-2")
		require.NoError(t, err)
		pulumi.All(i.URI, away).ApplyT(func(v []any) int {
			home, west = v[0].(string), v[1].(string)
			return 0
		})
		_, err = i.In("eu-west-1")
		require.EqualError(t, err,
			"image "+i.Version+`: region: got "eu-west-1", want one of Replicas: ap-south-1, us-west-2`)
	}), in("us-west-2 ap-south-1"))
	require.NoError(t, err)
	require.Equal(t, "123456789012.dkr.ecr.us-east-1.amazonaws.com/ladder/test/image@"+want, home)
	require.Equal(t, "123456789012.dkr.ecr.us-west-2.amazonaws.com/ladder/test/image@"+want, west)
}

// A copy is as good as the original: its own region's key, the same rules, there before ECR would make it.
func TestReplicas(t *testing.T) {
	t.Parallel()
	g := record(t, "us-west-2")
	replica := graphtest.Find(t, g, "image-us-west-2-repository")
	require.Equal(t, graphtest.Find(t, g, "image-repository").Inputs["name"], replica.Inputs["name"], "ECR copies by name")
	require.Contains(t, fmt.Sprint(replica.Inputs["encryptionConfigurations"]), "arn:aws:kms:us-west-2:")
	require.Equal(t, graphtest.Find(t, g, "us-west-2").URN, replica.Options.Provider)
	require.Equal(t, replica.Options.Provider, graphtest.Find(t, g, "image-us-west-2-lifecycle").Options.Provider)
	require.True(t, replica.Options.Protect)
	replication := graphtest.Find(t, g, "image-replication")
	require.Equal(t, map[string]any{"rules": []any{map[string]any{
		"destinations":      []any{map[string]any{"region": "us-west-2", "registryId": "123456789012"}},
		"repositoryFilters": []any{map[string]any{"filter": "ladder/test/image", "filterType": "PREFIX_MATCH"}},
	}}}, replication.Inputs["replicationConfiguration"])
	require.Contains(t, replication.Options.DependsOn, replica.URN)
}

// A second region adds, and a new image changes nothing but what names it.
func TestChanges(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(program(imagetest.Layout(t), nil), in(""), in("us-west-2"))
	require.NoError(t, err)
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)

	layouts := []string{imagetest.Of(t, "arm64", "amd64"), imagetest.Of(t, "amd64", "arm64")}
	diff, err = graph.Compare(func(ctx *pulumi.Context) error {
		which, _ := ctx.GetConfig("test:layout")
		return program(layouts[len(which)], nil)(ctx)
	}, in(""), func() graph.Run {
		run := in("")
		run.Config["test:layout"] = "2"
		return run
	}())
	require.NoError(t, err)
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
}
