package facts

// Types at the edge, between regions and between services that others name.
const (
	typeCachePolicy   = "aws:cloudfront/cachePolicy:CachePolicy"
	typeDistribution  = "aws:cloudfront/distribution:Distribution"
	typeGlobalCluster = "aws:rds/globalCluster:GlobalCluster"
	typeHeadersPolicy = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	typeOriginAccess  = "aws:cloudfront/originAccessControl:OriginAccessControl"
	typeOriginPolicy  = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	typePeering       = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
	typeQueue         = "aws:sqs/queue:Queue"
	typeWebACL        = "aws:wafv2/webAcl:WebAcl"
)

// edgeReferences are the references of distributions. CloudFront lets none of them go while a distribution names it;
// the distribution itself the provider disables before it deletes it.
var edgeReferences = map[string][]Reference{
	typeDistribution: {
		uses("origins[*].originAccessControlId", typeOriginAccess, attached),
		uses("defaultCacheBehavior.cachePolicyId", typeCachePolicy, attached),
		uses("orderedCacheBehaviors[*].cachePolicyId", typeCachePolicy, attached),
		uses("defaultCacheBehavior.originRequestPolicyId", typeOriginPolicy, attached),
		uses("orderedCacheBehaviors[*].originRequestPolicyId", typeOriginPolicy, attached),
		uses("defaultCacheBehavior.responseHeadersPolicyId", typeHeadersPolicy, attached),
		uses("orderedCacheBehaviors[*].responseHeadersPolicyId", typeHeadersPolicy, attached),
		uses("webAclId", typeWebACL, attached),
		uses("viewerCertificate.acmCertificateArn", typeCertificate, "it proves the distribution's names"),
	},
}

const attached = "attached to the distribution"

// edgeTargets: a policy of AWS's own has an id of the same form, so that a missing one cannot be told.
var edgeTargets = map[string]Target{
	typeOriginAccess: {
		By: byID, Plain: true,
		Missing: Refusal{"InvalidOriginAccessControl", "The origin access control {} does not exist"},
		InUse: Refusal{
			"OriginAccessControlInUse",
			"Cannot delete the origin access control {} because it's associated with at least one distribution.",
		},
	},
	typeCachePolicy: {By: byID, InUse: Refusal{
		"CachePolicyInUse", "Cannot delete the cache policy {} because it is attached to one or more cache behaviors.",
	}},
	typeOriginPolicy: {By: byID, InUse: Refusal{
		"OriginRequestPolicyInUse",
		"Cannot delete the origin request policy {} because it is attached to one or more cache behaviors.",
	}},
	typeHeadersPolicy: {By: byID, InUse: Refusal{
		"ResponseHeadersPolicyInUse",
		"Cannot delete the response headers policy {} because it is attached to one or more cache behaviors.",
	}},
	typeWebACL: {
		By: []string{"arn"}, Form: "wafv2:",
		Missing: Refusal{"InvalidWebACLId", "Web ACL is not accessible by the requester: {}"},
		InUse: Refusal{
			"WAFAssociatedItemException",
			"AWS WAF couldn't perform the operation because the resource {} is being used by another resource.",
		},
		Waits: true, // 5 minutes [resourceWebACLDelete]
	},
	typeGlobalCluster: {
		By: []string{"globalClusterIdentifier"}, Plain: true,
		Missing: Refusal{"GlobalClusterNotFoundFault", "Global cluster {} not found"},
		InUse:   Refusal{"InvalidGlobalClusterStateFault", "Global Cluster {} is not empty"},
		Waits:   true, // the timeout of the deletion [resourceGlobalClusterDelete]
	},
	typePeering: {
		By: byID, Form: "pcx-",
		Missing: Refusal{"InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '{}' does not exist"},
	},
	typeQueue: {
		By: []string{"url", "arn"}, Form: "sqs:", Plain: true,
		Missing: Refusal{"AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist: {}"},
	},
}
