// Package release publishes the app's binary to the machines that run it.
//
// Creates: a private bucket, the binary under a key that holds its checksum, and a parameter that names the
// current one. The machines watch the parameter, so that a new binary needs no new machine. Rebuildable: the
// bucket holds nothing that `make app` cannot make again.
//
// Cost: cents; 0.023 USD/GB a month in S3, a standard parameter is free (us-east-1, 2026-09).
package release

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/bucket"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

// Args describe a release.
type Args struct {
	Artifact string   // path of the app's Linux binary, its checksum in PATH.sha256 beside it; required
	Key      *key.Key // encrypts the bucket; required
}

// Release is the app's current binary in the cloud.
type Release struct {
	pulumi.ResourceState

	BucketARN     pulumi.StringOutput `pulumi:"bucketArn"`
	ParameterName pulumi.StringOutput `pulumi:"parameterName"` // holds JSON {version, bucket, key, sha256}
	ParameterARN  pulumi.StringOutput `pulumi:"parameterArn"`
	// Version is the start of the checksum, enough to tell two binaries apart.
	Version string
	// Architecture is what the binary runs on.
	Architecture Architecture
}

// New publishes a release. The error lists every mistake in the arguments, a missing or broken artifact too.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Release, error) {
	args, artifact, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	r := &Release{Version: artifact.SHA256[:12], Architecture: artifact.Architecture}
	if err := ctx.RegisterComponentResource("ladder:release:Release", name, r, opts...); err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	store, err := bucket.New(ctx, name+"-bucket", bucket.Args{
		Component: name, KeyARN: args.Key.ARN, Rebuildable: true,
		Rules: []bucket.Rule{{ID: "old-releases", NoncurrentDays: 90}},
	}, r)
	if err != nil {
		return nil, err
	}
	object, err := s3.NewBucketObjectv2(ctx, name+"-app", &s3.BucketObjectv2Args{
		Bucket: store.ID(),
		Key:    pulumi.Sprintf("releases/%s/app", artifact.SHA256),
		Source: pulumi.NewFileAsset(artifact.Path),
	}, pulumi.Parent(r))
	if err != nil {
		return nil, err
	}
	parameter, err := ssm.NewParameter(ctx, name+"-current", &ssm.ParameterArgs{
		Name:        pulumi.Sprintf("/%s/%s/%s", ctx.Project(), ctx.Stack(), name),
		Type:        pulumi.String("String"),
		Description: pulumi.String("the app's binary that the machines run"),
		// Value would make a secret of it, and hide from a preview which binary comes.
		InsecureValue: r.document(store, object, artifact),
		Tags:          tag.Of(name, name+"-current"),
	}, pulumi.Parent(r))
	if err != nil {
		return nil, err
	}
	r.BucketARN, r.ParameterName, r.ParameterARN = store.Arn, parameter.Name, parameter.Arn
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{
		"bucketArn": r.BucketARN, "parameterName": r.ParameterName, "parameterArn": r.ParameterARN,
	})
}

func (r *Release) document(store *s3.BucketV2, object *s3.BucketObjectv2, artifact Artifact) pulumi.StringOutput {
	return pulumi.All(store.Bucket, object.Key).ApplyT(func(values []any) (string, error) {
		text, err := json.Marshal(map[string]any{
			"version": r.Version, "bucket": values[0], "key": values[1], "sha256": artifact.SHA256,
		})
		return string(text), err
	}).(pulumi.StringOutput)
}

func (a *Args) resolve(name string) (Args, Artifact, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("release", name)
	c.Given(args.Key != nil, "Key", "a key component that encrypts the bucket")
	c.Given(args.Artifact != "", "Artifact", "the path of the app's Linux binary")
	if err := c.Err(); err != nil {
		return Args{}, Artifact{}, err
	}
	artifact, err := Inspect(args.Artifact)
	if err != nil {
		return Args{}, Artifact{}, fmt.Errorf("release %q: %w", name, err)
	}
	return args, artifact, nil
}
