package facts

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// distributionZone is the hosted zone of all distributions, for alias records [CloudFront endpoints and quotas].
const distributionZone = "Z2FDTNDATAQYW2"

// edgeOutputs are the types at the edge and between regions. CloudFront has no region.
var edgeOutputs = map[string]outputs{
	typeDistribution: {id: edgeID, outputs: map[string]made{
		"arn": accountARN("cloudfront", "distribution/", "id"), "status": is("Deployed"), "etag": from(etag),
		"hostedZoneId": is(distributionZone), "callerReference": from(created), "lastModifiedTime": from(created),
		"domainName": from(func(b *builder) string {
			return "d" + b.letters("domain", lowers+digits, 13) + ".cloudfront.net"
		}),
	}},
	typeOriginAccess: {id: edgeID, outputs: map[string]made{
		"arn": accountARN("cloudfront", "origin-access-control/", "id"), "etag": from(etag),
	}},
	typeCachePolicy: {id: uuid, outputs: map[string]made{
		"arn": accountARN("cloudfront", "cache-policy/", "id"), "etag": from(etag),
	}},
	typeOriginPolicy: {id: uuid, outputs: map[string]made{
		"arn": accountARN("cloudfront", "origin-request-policy/", "id"), "etag": from(etag),
	}},
	typeHeadersPolicy: {id: uuid, outputs: map[string]made{
		"arn": accountARN("cloudfront", "response-headers-policy/", "id"), "etag": from(etag),
	}},
	typeWebACL: {id: uuid, outputs: map[string]made{
		"arn": from(func(b *builder) string {
			scope := "regional"
			if b.str("scope") == "CLOUDFRONT" {
				scope = "global"
			}
			return b.place.arn("wafv2", scope+"/webacl/"+b.str("name")+"/"+b.str("id"))
		}),
		"applicationIntegrationUrl": is(""), "lockToken": from(func(b *builder) string { return b.uuid("lock") }),
		"capacity": number(1),
	}},

	typePeering: {id: ec2("pcx"), outputs: map[string]made{
		"peerOwnerId": account, "peerRegion": from(func(b *builder) string { return b.place.Region }),
		"acceptStatus": from(acceptance),
	}},
	"aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
		id: property("vpcPeeringConnectionId"),
		outputs: map[string]made{
			"peerOwnerId": account, "acceptStatus": from(acceptance), "vpcId": ec2Of("vpc", "accepter"),
			"peerVpcId": ec2Of("vpc", "requester"), "peerRegion": from(func(b *builder) string { return b.place.Region }),
		},
	},
	"aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": {id: property("vpcPeeringConnectionId")},
}

func edgeID(b *builder) string { return "E" + b.letters("id", uppersDigits, 13) }

func etag(b *builder) string { return "E" + b.letters("etag", uppersDigits, 13) }

func acceptance(b *builder) string {
	if b.str("autoAccept") == "true" {
		return "active"
	}
	return "pending-acceptance"
}

// queueOutputs are queues, and the database that spans regions.
var queueOutputs = map[string]outputs{
	typeQueue: {
		id: func(b *builder) string {
			return fmt.Sprintf("https://sqs.%s.%s/%s/%s", b.place.Region, b.place.dnsSuffix(), b.place.Account, b.str("name"))
		},
		outputs: map[string]made{
			"arn": arn("sqs", "", "name"), "url": of("id"),
			"sqsManagedSseEnabled": func(b *builder) resource.PropertyValue {
				return resource.NewBoolProperty(b.str("kmsMasterKeyId") == "")
			},
			"kmsDataKeyReusePeriodSeconds": number(300),
			"deduplicationScope":           fifo("queue"), "fifoThroughputLimit": fifo("perQueue"),
		},
	},
	"aws:sqs/queuePolicy:QueuePolicy":               {id: property("queueUrl")},
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {id: property("queueUrl")},

	typeGlobalCluster: {id: property("globalClusterIdentifier"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return fmt.Sprintf("arn:%s:rds::%s:global-cluster:%s", b.place.partition(), b.place.Account, b.str("id"))
		}),
		"endpoint": from(func(b *builder) string {
			return b.str("id") + ".global-" + b.letters("endpoint", lowers+digits, 12) + ".global.rds." + b.place.dnsSuffix()
		}),
		"engine": from(func(b *builder) string {
			if b.str("sourceDbClusterIdentifier") != "" {
				return "aurora-postgresql" // that of the source, of which only the name is known here
			}
			return "aurora"
		}),
		"engineVersion": is("17.4"), "engineVersionActual": from(fullVersion),
		"globalClusterResourceId": from(func(b *builder) string { return "cluster-" + b.hex("resource", 16) }),
		"engineLifecycleSupport":  is("open-source-rds-extended-support"),
		"storageEncrypted": func(b *builder) resource.PropertyValue {
			return resource.NewBoolProperty(b.str("sourceDbClusterIdentifier") != "")
		},
	}},
}

// fifo is what a setting of FIFO queues is when it is left out; an ordinary queue has none.
func fifo(value string) made {
	return from(func(b *builder) string {
		if b.str("fifoQueue") == "true" {
			return value
		}
		return ""
	})
}
