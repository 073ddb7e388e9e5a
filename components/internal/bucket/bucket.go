// Package bucket makes the S3 bucket that every component uses: private, versioned, encrypted with the
// stack's key, TLS only. Stateful when the caller protects it.
package bucket

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Rule is a lifecycle rule.
type Rule struct {
	ID             string
	Prefix         string // objects it applies to; empty for all
	ExpireDays     int    // deletes current versions after so many days; 0 never
	NoncurrentDays int    // deletes old versions after so many days; 0 never
}

// Args describe a bucket.
type Args struct {
	Component string // value of the component tag
	KeyARN    pulumi.StringInput
	Rules     []Rule
	// Rebuildable marks content that can be made again: the bucket may be deleted with what is in it.
	// Otherwise it is protected, and stays in AWS when it leaves the stack.
	Rebuildable bool
}

// New makes the bucket and its settings as children of parent.
func New(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource) (*s3.BucketV2, error) {
	fate := []pulumi.ResourceOption{pulumi.Parent(parent)}
	if !args.Rebuildable {
		fate = append(fate, pulumi.Protect(true), pulumi.RetainOnDelete(true))
	}
	b, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		ForceDestroy: pulumi.Bool(args.Rebuildable),
		Tags:         tag.Of(args.Component, name),
	}, fate...)
	if err != nil {
		return nil, err
	}
	return b, settings(ctx, name, b, args, fate)
}

func settings(ctx *pulumi.Context, name string, b *s3.BucketV2, args Args, fate []pulumi.ResourceOption) error {
	_, err := s3.NewBucketVersioningV2(ctx, name+"-versioning", &s3.BucketVersioningV2Args{
		Bucket:                  b.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, fate...)
	if err != nil {
		return err
	}
	_, err = s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name+"-encryption",
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: b.ID(),
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
					BucketKeyEnabled: pulumi.Bool(true), // one KMS call for many objects: a cost trap otherwise
					ApplyServerSideEncryptionByDefault: s3.
						BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
						SseAlgorithm:   pulumi.String("aws:kms"),
						KmsMasterKeyId: args.KeyARN,
					},
				},
			},
		}, fate...)
	if err != nil {
		return err
	}
	_, err = s3.NewBucketPublicAccessBlock(ctx, name+"-private", &s3.BucketPublicAccessBlockArgs{
		Bucket:          b.ID(),
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, fate...)
	if err != nil {
		return err
	}
	_, err = s3.NewBucketPolicy(ctx, name+"-tls", &s3.BucketPolicyArgs{
		Bucket: b.ID(),
		Policy: iampolicy.Document(iampolicy.Statement{
			Deny: true, Actions: []string{"s3:*"}, Accounts: []string{"*"},
			Resources:  []pulumi.StringInput{b.Arn, pulumi.Sprintf("%s/*", b.Arn)},
			Conditions: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
		}),
	}, fate...)
	if err != nil {
		return err
	}
	return lifecycle(ctx, name, b, args, fate)
}

func lifecycle(ctx *pulumi.Context, name string, b *s3.BucketV2, args Args, fate []pulumi.ResourceOption) error {
	rules := s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("abandoned-uploads"), Status: pulumi.String("Enabled"),
		Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{},
		AbortIncompleteMultipartUpload: s3.
			BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{DaysAfterInitiation: pulumi.Int(2)},
	}}
	for _, r := range args.Rules {
		rule := s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String(r.ID), Status: pulumi.String("Enabled"),
			Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String(r.Prefix)},
		}
		if r.ExpireDays > 0 {
			rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(r.ExpireDays)}
		}
		if r.NoncurrentDays > 0 {
			rule.NoncurrentVersionExpiration = s3.
				BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(r.NoncurrentDays),
			}
		}
		rules = append(rules, rule)
	}
	_, err := s3.NewBucketLifecycleConfigurationV2(ctx, name+"-lifecycle",
		&s3.BucketLifecycleConfigurationV2Args{Bucket: b.ID(), Rules: rules}, fate...)
	return err
}
