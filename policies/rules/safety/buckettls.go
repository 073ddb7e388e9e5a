package safety

import "github.com/ladder-iac/ladder/policies/rule"

const bucketPolicyType = "aws:s3/bucketPolicy:BucketPolicy"

// BucketTLS wants buckets to refuse what comes in the clear.
var BucketTLS = rule.Rule{
	ID: "bucket-tls", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{bucketType, bucketTypeNew},
	Why:    "S3 answers plain HTTP, unless the bucket's policy denies it.",
	Fix:    "add a bucket policy that denies s3:* when aws:SecureTransport is false",
	Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
	Good: []rule.Example{{
		rule.Resource(bucketType, "files", rule.In{}),
		rule.Resource(bucketPolicyType, "files-tls", rule.In{"policy": `{"Statement":[{"Effect":"Deny",` +
			`"Action":["s3:*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`}, rule.URN(bucketType, "files")),
	}},
	Bad: []rule.Example{
		{rule.Resource(bucketType, "files", rule.In{})},
		{
			rule.Resource(bucketType, "files", rule.In{}),
			rule.Resource(bucketPolicyType, "files-tls", rule.In{"policy": `{"Statement":[{"Effect":"Allow",` +
				`"Action":["s3:*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`}, rule.URN(bucketType, "files")),
		},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		for _, policy := range s.UsedBy(bucketPolicyType) {
			for _, statement := range statements(s.Of(policy).Text("policy")) {
				transport := statement.Condition["Bool"]["aws:SecureTransport"]
				if statement.Effect == "Deny" && statement.Action.has("s3:*", "*") && transport.has("false") {
					return nil
				}
			}
		}
		if s.Unknown() {
			return nil
		}
		return s.Wrong("policy", nil, "one that denies s3:* when aws:SecureTransport is false")
	},
}
