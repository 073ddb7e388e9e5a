package safety

import "github.com/ladder-iac/ladder/policies/rule"

const (
	bucketKeyType    = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	bucketKeyTypeNew = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)

// BucketEncrypted wants an encryption of its own for every bucket.
var BucketEncrypted = rule.Rule{
	ID: "bucket-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{bucketType, bucketTypeNew},
	Why: "S3 encrypts by itself with a key of AWS; who may decrypt is then decided by nobody. Access logs, which S3 " +
		"can write only with that key, say so by an encryption resource, too.",
	Fix:    "add an encryption configuration that depends on the bucket",
	Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html",
	Good: []rule.Example{{
		rule.Resource(bucketType, "files", rule.In{}),
		rule.Resource(bucketKeyType, "files-encryption", rule.In{"rules": []any{
			rule.In{"applyServerSideEncryptionByDefault": rule.In{"sseAlgorithm": "aws:kms"}},
		}}, rule.URN(bucketType, "files")),
	}},
	Bad: []rule.Example{{rule.Resource(bucketType, "files", rule.In{})}},
	Check: func(s *rule.Scene) []rule.Finding {
		if len(s.UsedBy(bucketKeyType))+len(s.UsedBy(bucketKeyTypeNew)) > 0 {
			return nil
		}
		return s.Wrong("encryption", nil, "a server-side encryption configuration")
	},
}
