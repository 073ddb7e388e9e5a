// Package bucket makes the S3 bucket that every component uses: private, versioned, encrypted with the
// stack's key, TLS only. Stateful unless its content can be made again.
//
// A bucket for the logs of an AWS service differs in two things: the service may write into it, and it is encrypted
// with S3's own keys, because Elastic Load Balancing delivers into no other [Application Load Balancers, Access logs].
// So is a bucket that CloudFront reads: what it holds is for everybody, and a key would be asked for each file.
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
	Component string             // value of the component tag
	KeyARN    pulumi.StringInput // not for logs and origins
	Rules     []Rule
	// Rebuildable marks content that can be made again: the bucket may be deleted with what is in it.
	// Otherwise it is protected, and stays in AWS when it leaves the stack.
	Rebuildable bool

	writer *Writer
	byACL  bool // logs come by an access control list
	reader Reader
}

// Reader makes the CloudFront distribution that alone may read a bucket, and returns its ARN. It must know the bucket,
// and the bucket's policy must know it.
type Reader func(*s3.BucketV2) (pulumi.StringInput, error)

// Writer is an AWS service that delivers logs.
type Writer struct {
	Service string // e.g. "logdelivery.elasticloadbalancing.amazonaws.com"
	Account string // whose logs, 12 digits; AWS puts them under AWSLogs/ACCOUNT/
}

// New makes the bucket and its settings as children of parent.
func New(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource) (*s3.BucketV2, error) {
	b, _, err := create(ctx, name, args, parent)
	return b, err
}

// NewLogs makes a bucket for logs as children of parent. Its name is known only once the writer may write: a
// service that is told about a bucket tries at once.
func NewLogs(
	ctx *pulumi.Context, name string, args Args, writer Writer, parent pulumi.Resource,
) (pulumi.StringOutput, error) {
	args.writer = &writer
	_, policy, err := create(ctx, name, args, parent)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return policy.Bucket, nil
}

// NewEdgeLogs makes a bucket for the access logs of a CloudFront distribution, and returns its domain name. CloudFront
// adds itself to the bucket's access control list, which S3 has switched off in buckets of today
// [Amazon CloudFront Developer Guide, Standard logging (legacy)].
func NewEdgeLogs(ctx *pulumi.Context, name string, args Args, parent pulumi.Resource) (pulumi.StringOutput, error) {
	args.byACL = true
	b, _, err := create(ctx, name, args, parent)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	owner, err := s3.NewBucketOwnershipControls(ctx, name+"-owner", &s3.BucketOwnershipControlsArgs{
		Bucket: b.ID(),
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerPreferred")},
	}, args.fate(parent)...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return pulumi.All(b.BucketDomainName, owner.Bucket).ApplyT(func(values []any) string {
		return values[0].(string)
	}).(pulumi.StringOutput), nil
}

// NewOrigin makes a bucket that a CloudFront distribution reads.
func NewOrigin(
	ctx *pulumi.Context, name string, args Args, reader Reader, parent pulumi.Resource,
) (*s3.BucketV2, error) {
	args.reader = reader
	b, _, err := create(ctx, name, args, parent)
	return b, err
}

func create(
	ctx *pulumi.Context, name string, args Args, parent pulumi.Resource,
) (*s3.BucketV2, *s3.BucketPolicy, error) {
	fate := args.fate(parent)
	b, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		ForceDestroy: pulumi.Bool(args.Rebuildable),
		Tags:         tag.Of(args.Component, name),
	}, fate...)
	if err != nil {
		return nil, nil, err
	}
	policy, err := settings(ctx, name, b, args, fate)
	return b, policy, err
}

func (a Args) fate(parent pulumi.Resource) []pulumi.ResourceOption {
	if a.Rebuildable {
		return []pulumi.ResourceOption{pulumi.Parent(parent)}
	}
	return []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Protect(true), pulumi.RetainOnDelete(true)}
}

func settings(
	ctx *pulumi.Context, name string, b *s3.BucketV2, args Args, fate []pulumi.ResourceOption,
) (*s3.BucketPolicy, error) {
	_, err := s3.NewBucketVersioningV2(ctx, name+"-versioning", &s3.BucketVersioningV2Args{
		Bucket:                  b.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, fate...)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name+"-encryption",
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: b.ID(),
			Rules:  s3.BucketServerSideEncryptionConfigurationV2RuleArray{args.encryption()},
		}, fate...)
	if err != nil {
		return nil, err
	}
	_, err = s3.NewBucketPublicAccessBlock(ctx, name+"-private", &s3.BucketPublicAccessBlockArgs{
		Bucket:          b.ID(),
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, fate...)
	if err != nil {
		return nil, err
	}
	access, err := args.access(b)
	if err != nil {
		return nil, err
	}
	policy, err := s3.NewBucketPolicy(ctx, name+"-tls", &s3.BucketPolicyArgs{
		Bucket: b.ID(),
		Policy: iampolicy.Document(access...),
	}, fate...)
	if err != nil {
		return nil, err
	}
	return policy, lifecycle(ctx, name, b, args, fate)
}

func (a Args) encryption() s3.BucketServerSideEncryptionConfigurationV2RuleInput {
	type byDefault = s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs
	if a.writer != nil || a.byACL || a.reader != nil {
		return s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: byDefault{SseAlgorithm: pulumi.String("AES256")},
		}
	}
	return s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		BucketKeyEnabled: pulumi.Bool(true), // one KMS call for many objects: a cost trap otherwise
		ApplyServerSideEncryptionByDefault: byDefault{
			SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: a.KeyARN,
		},
	}
}

// access is the bucket's policy: TLS only, and what writer and reader may do.
func (a Args) access(b *s3.BucketV2) ([]iampolicy.Statement, error) {
	statements := []iampolicy.Statement{{
		Deny: true, Actions: []string{"s3:*"}, Accounts: []string{"*"},
		Resources:  []pulumi.StringInput{b.Arn, pulumi.Sprintf("%s/*", b.Arn)},
		Conditions: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
	}}
	if a.writer != nil {
		statements = append(statements, iampolicy.Statement{
			Actions: []string{"s3:PutObject"}, Services: []string{a.writer.Service},
			Resources: []pulumi.StringInput{pulumi.Sprintf("%s/AWSLogs/%s/*", b.Arn, a.writer.Account)},
		})
	}
	if a.reader != nil {
		arn, err := a.reader(b)
		if err != nil {
			return nil, err
		}
		cloudFront := []string{"cloudfront.amazonaws.com"}
		statements = append(
			statements,
			iampolicy.Statement{
				Actions: []string{"s3:GetObject"}, Services: cloudFront, Source: arn,
				Resources: []pulumi.StringInput{pulumi.Sprintf("%s/*", b.Arn)},
			},
			iampolicy.Statement{ // so that a file that is not there is answered with 404, and not with 403
				Actions: []string{"s3:ListBucket"}, Services: cloudFront, Source: arn,
				Resources: []pulumi.StringInput{b.Arn},
			},
		)
	}
	return statements, nil
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
