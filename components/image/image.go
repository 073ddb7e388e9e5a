// Package image keeps the app's container image where the clusters pull it from, and names it by its digest.
//
// Creates: a private Amazon ECR repository whose tags never move, that scans what is pushed, is encrypted with the
// stack's key and keeps the last 30 images; on demand the same in other regions, and the rule by which ECR copies every
// push there. A cluster then pulls from its own region, and needs no other to start a pod.
//
// The digest is read from the OCI image layout that `make app` writes, and nothing is pushed here: what is deployed is
// decided before AWS is asked. A pod that names a digest waits until the repository holds it, and a Deployment is not
// ready before, so that the push comes first. With copies, wait for those too: ECR takes seconds to minutes, and
// promises no time.
//
// ECR has one replication configuration for an account and region, all repositories of all stacks together. With
// Replicas, this component owns it: a second stack that wants one too would overwrite it, and needs a region or an
// account of its own. The copies' repositories are made here, because ECR would make them without key, without
// lifecycle and for ever.
//
// Stateful in one way: its images can be made again by `make app`, but nodes that start while the repository is empty
// run nothing. So it is protected. A destroy takes the images with it.
//
// Cost: 0.10 USD/GB a month, in each region; thirty images of 20 MB 0.06. Copying to another region 0.02 USD/GB, pulls
// in the region nothing but the NAT gateway's 0.045 USD/GB (us-east-1, 2026-09).
//
// Left out of what terraform-aws-modules/ecr offers:
//   - Public repositories, pull through caches and repository policies: one account's clusters pull the app.
//   - Enhanced scanning (Amazon Inspector): it is a setting of the account, at 0.09 USD for each image.
package image

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

// Image is the app's image in its repositories.
type Image struct {
	pulumi.ResourceState

	URI     pulumi.StringOutput `pulumi:"uri"` // REPOSITORY@DIGEST, what a container names
	Digest  string              // of the index of both architectures: sha256: and 64 hexadecimal digits
	Version string              // the start of the digest, enough to tell two images apart

	copies map[string]pulumi.StringOutput // region to URI
}

// New makes the repositories of an image. The error lists every mistake in the arguments, a missing or broken layout
// too.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Image, error) {
	repository := fmt.Sprintf("%s/%s/%s", ctx.Project(), ctx.Stack(), name)
	args, digest, err := in.resolve(name, repository)
	if err != nil {
		return nil, err
	}
	i := &Image{
		Digest: digest, Version: version(digest), copies: map[string]pulumi.StringOutput{},
	}
	if err := ctx.RegisterComponentResource("ladder:image:Image", name, i, opts...); err != nil {
		return nil, fmt.Errorf("image %q: %w", name, err)
	}
	i.URI, _, err = i.repository(ctx, name, name, repository, args.Key, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	var replicas []pulumi.Resource
	for _, replica := range args.Replicas {
		uri, made, err := i.repository(ctx, name, name+"-"+replica.Region, repository, replica.Key,
			pulumi.Parent(i), pulumi.Provider(replica.Provider))
		if err != nil {
			return nil, err
		}
		i.copies[replica.Region] = uri
		replicas = append(replicas, made)
	}
	if err := i.replicate(ctx, name, repository, args, replicas); err != nil {
		return nil, err
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"uri": i.URI})
}

// In returns the URI of the copy in another region.
func (i *Image) In(region string) (pulumi.StringOutput, error) {
	uri, has := i.copies[region]
	if !has {
		return pulumi.StringOutput{}, fmt.Errorf("image %s: region: got %q, want one of Replicas: %s",
			i.Version, region, strings.Join(slices.Sorted(maps.Keys(i.copies)), ", "))
	}
	return uri, nil
}

// Beside returns the image of another layout in the same repositories, to be tried beside this one: one rule of ECR
// copies both. It is pushed as this one is.
func (i *Image) Beside(layout string) (*Image, error) {
	digest, err := Inspect(layout)
	if err != nil {
		return nil, fmt.Errorf("image beside %s: got %q, want %w", i.Version, layout, err)
	}
	beside := func(uri pulumi.StringOutput) pulumi.StringOutput {
		return uri.ApplyT(func(uri string) string {
			repository, _, _ := strings.Cut(uri, "@")
			return repository + "@" + digest
		}).(pulumi.StringOutput)
	}
	other := &Image{URI: beside(i.URI), Digest: digest, Version: version(digest), copies: map[string]pulumi.StringOutput{}}
	for region, uri := range i.copies {
		other.copies[region] = beside(uri)
	}
	return other, nil
}

// version is enough of a digest to tell two images apart.
func version(digest string) string { return strings.TrimPrefix(digest, "sha256:")[:12] }

// repository makes a repository with the name that is the same in every region, as ECR copies by name.
func (i *Image) repository(
	ctx *pulumi.Context, name, child, repository string, encryption *key.Key, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, pulumi.Resource, error) {
	made, err := ecr.NewRepository(ctx, child+"-repository", &ecr.RepositoryArgs{
		Name:                       pulumi.String(repository),
		ImageTagMutability:         pulumi.String("IMMUTABLE"),
		ImageScanningConfiguration: ecr.RepositoryImageScanningConfigurationArgs{ScanOnPush: pulumi.Bool(true)},
		EncryptionConfigurations: ecr.RepositoryEncryptionConfigurationArray{
			ecr.RepositoryEncryptionConfigurationArgs{EncryptionType: pulumi.String("KMS"), KmsKey: encryption.ARN},
		},
		ForceDelete: pulumi.Bool(true), // AWS deletes none with images otherwise
		Tags:        tag.Of(name, child+"-repository"),
	}, append(opts, pulumi.Protect(true))...)
	if err != nil {
		return pulumi.StringOutput{}, nil, err
	}
	_, err = ecr.NewLifecyclePolicy(ctx, child+"-lifecycle", &ecr.LifecyclePolicyArgs{
		Repository: made.Name,
		Policy:     pulumi.String(lifecycle),
	}, opts...)
	return pulumi.Sprintf("%s@%s", made.RepositoryUrl, i.Digest), made, err
}

// lifecycle keeps 30 releases of three images each: the index, and one for each architecture. ECR expires none of these
// while their index is there.
const lifecycle = `{"rules":[{"rulePriority":1,"description":"keep the last 30 releases",` +
	`"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":90},"action":{"type":"expire"}}]}`

// replicate copies what is pushed from now on.
func (i *Image) replicate(
	ctx *pulumi.Context, name, repository string, args Args, replicas []pulumi.Resource,
) error {
	if len(args.Replicas) == 0 {
		return nil
	}
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Parent(i))
	if err != nil {
		return fmt.Errorf("image %q: %w", name, err)
	}
	type (
		configuration = ecr.ReplicationConfigurationReplicationConfigurationArgs
		rule          = ecr.ReplicationConfigurationReplicationConfigurationRuleArgs
		rules         = ecr.ReplicationConfigurationReplicationConfigurationRuleArray
		destination   = ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs
		destinations  = ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArray
		filter        = ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs
		filters       = ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArray
	)
	var to destinations
	for _, replica := range args.Replicas {
		to = append(to, destination{
			Region: pulumi.String(replica.Region), RegistryId: pulumi.String(caller.AccountId),
		})
	}
	_, err = ecr.NewReplicationConfiguration(ctx, name+"-replication", &ecr.ReplicationConfigurationArgs{
		ReplicationConfiguration: configuration{Rules: rules{rule{
			Destinations: to,
			RepositoryFilters: filters{filter{
				Filter: pulumi.String(repository), FilterType: pulumi.String("PREFIX_MATCH"),
			}},
		}}},
	}, pulumi.Parent(i), pulumi.DependsOn(replicas))
	return err
}
