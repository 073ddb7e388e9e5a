package safety

import "github.com/ladder-iac/ladder/policies/rule"

const blockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

// BucketPrivate wants the public access block of every bucket.
var BucketPrivate = rule.Rule{
	ID: "bucket-private", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{bucketType, bucketTypeNew},
	Why:    "One wrong policy or list makes a bucket public, unless all four blocks are set.",
	Fix:    "add a public access block with all four of its inputs true",
	Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
	Good: []rule.Example{{
		rule.Resource(bucketType, "files", rule.In{}),
		rule.Resource(blockType, "files-private", rule.In{
			"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
		}, rule.URN(bucketType, "files")),
	}},
	Bad: []rule.Example{
		{rule.Resource(bucketType, "files", rule.In{})},
		{
			rule.Resource(bucketType, "files", rule.In{}),
			rule.Resource(blockType, "files-private", rule.In{"blockPublicAcls": true}, rule.URN(bucketType, "files")),
		},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		blocks := s.UsedBy(blockType)
		if len(blocks) == 0 {
			return s.Wrong("public access block", nil, "one with all of its inputs true")
		}
		for _, input := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
			if found := encrypted(s, s.Of(blocks[0]), input); found != nil {
				return found
			}
		}
		return nil
	},
}
