package simcloud_test

var trafficRows = map[string]row{
	"target group of a listener": {[]made{
		aNetwork, aSubnet, aTarget, anEdge,
		{"listener", "aws:lb/listener:Listener", props{
			"loadBalancerArn": "$edge.arn",
			"defaultActions":  []any{props{"type": "forward", "targetGroupArn": "$targets.arn"}},
		}},
	}, "targets", "ResourceInUse"},
	"target group of a rule, of weight 0": {[]made{
		aNetwork, aSubnet, aTarget, anEdge,
		{"listener", "aws:lb/listener:Listener", props{"loadBalancerArn": "$edge.arn"}},
		{"rule", "aws:lb/listenerRule:ListenerRule", props{
			"listenerArn": "$listener.arn", "actions": []any{props{"type": "forward", "forward": props{
				"targetGroups": []any{props{"arn": "$targets.arn", "weight": 0}},
			}}},
		}},
	}, "targets", "ResourceInUse"},
	"certificate of a listener": {[]made{
		aNetwork, aSubnet, anEdge,
		{"tls", "aws:acm/certificate:Certificate", props{"domainName": "example.com"}},
		{"listener", "aws:lb/listener:Listener", props{"loadBalancerArn": "$edge.arn", "certificateArn": "$tls.arn"}},
	}, "tls", "ResourceInUseException"},
	"zone with a record": {[]made{
		{"zone", "aws:route53/zone:Zone", props{"name": "example.com"}},
		{"record", "aws:route53/record:Record", props{"zoneId": "$zone", "name": "www", "type": "A"}},
	}, "zone", "HostedZoneNotEmpty"},
}

var storeRows = map[string]row{
	"role with a policy": {
		[]made{aRole, {"policy", "aws:iam/rolePolicy:RolePolicy", props{"role": "$role.name", "policy": trust}}},
		"role", "DeleteConflict",
	},
	"role with a policy of AWS": {[]made{
		aRole, {"policy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", props{
			"role": "$role.name", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
		}},
	}, "role", "DeleteConflict"},
	"bucket with a file": {
		[]made{aBucket, {"file", objectType, props{"bucket": "$files", "key": "k", "content": "1"}}}, "files", "BucketNotEmpty",
	},
	"subnet group of a database": {[]made{
		{"subnets", "aws:rds/subnetGroup:SubnetGroup", props{}},
		{"db", databaseType, props{"dbSubnetGroupName": "$subnets.name"}},
	}, "subnets", "InvalidDBSubnetGroupStateFault"},
	"parameters of a database": {[]made{
		{"params", "aws:rds/parameterGroup:ParameterGroup", props{"family": "postgres17"}},
		{"db", databaseType, props{"parameterGroupName": "$params.name"}},
	}, "params", "InvalidDBParameterGroupState"},
	"parameters of a cluster": {[]made{
		{"params", "aws:rds/clusterParameterGroup:ClusterParameterGroup", props{"family": "aurora-postgresql17"}},
		{"db", clusterType, props{"dbClusterParameterGroupName": "$params.name"}},
	}, "params", "InvalidDBParameterGroupState"},
	"cluster with an instance": {[]made{
		{"db", clusterType, props{"engine": "aurora-postgresql"}},
		{"writer", "aws:rds/clusterInstance:ClusterInstance", props{"clusterIdentifier": "$db.clusterIdentifier"}},
	}, "db", "InvalidDBClusterStateFault"},
	"subnet group of a cache": {[]made{
		{"subnets", "aws:elasticache/subnetGroup:SubnetGroup", props{}},
		{"cache", cacheType, props{"subnetGroupName": "$subnets.name"}},
	}, "subnets", "CacheSubnetGroupInUse"},
	"parameters of a cache": {[]made{
		{"params", "aws:elasticache/parameterGroup:ParameterGroup", props{"family": "valkey8"}},
		{"cache", cacheType, props{"parameterGroupName": "$params.name"}},
	}, "params", "InvalidCacheParameterGroupState"},
	"users of a cache": {[]made{
		{"users", "aws:elasticache/userGroup:UserGroup", props{"userGroupId": "app"}},
		{"cache", cacheType, props{"userGroupIds": []any{"$users.userGroupId"}}},
	}, "users", "InvalidUserGroupState"},
	"alarm in a composite alarm": {[]made{
		{"load", "aws:cloudwatch/metricAlarm:MetricAlarm", props{"name": "load"}},
		{"all", "aws:cloudwatch/compositeAlarm:CompositeAlarm", props{"alarmName": "all", "alarmRule": `ALARM("load")`}},
	}, "load", "ValidationError"},
	"rule with a target": {[]made{
		{"nightly", "aws:cloudwatch/eventRule:EventRule", props{"scheduleExpression": "rate(1 day)"}},
		{"start", "aws:cloudwatch/eventTarget:EventTarget", props{"rule": "$nightly.name", "arn": "arn:aws:ssm:us-east-1::x"}},
	}, "nightly", "ValidationException"},
}

var anAccess = made{"access", "aws:cloudfront/originAccessControl:OriginAccessControl", props{"name": "files"}}

var edgeRows = map[string]row{
	"origin access control of a distribution": {[]made{
		anAccess,
		{"cdn", distributionType, props{"origins": []any{props{"originAccessControlId": "$access"}}}},
	}, "access", "OriginAccessControlInUse"},
	"cache policy of a distribution": {[]made{
		{"policy", "aws:cloudfront/cachePolicy:CachePolicy", props{"name": "pages"}},
		{"cdn", distributionType, props{"defaultCacheBehavior": props{"cachePolicyId": "$policy"}}},
	}, "policy", "CachePolicyInUse"},
	"headers policy of a behavior": {[]made{
		{"policy", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", props{"name": "pages"}},
		{"cdn", distributionType, props{"orderedCacheBehaviors": []any{props{"responseHeadersPolicyId": "$policy"}}}},
	}, "policy", "ResponseHeadersPolicyInUse"},
	"web ACL of a distribution": {[]made{
		{"acl", "aws:wafv2/webAcl:WebAcl", props{"name": "pages", "scope": "CLOUDFRONT"}},
		{"cdn", distributionType, props{"webAclId": "$acl.arn"}},
	}, "acl", "WAFAssociatedItemException"},
	"certificate of a distribution": {[]made{
		{"tls", "aws:acm/certificate:Certificate", props{"domainName": "example.com"}},
		{"cdn", distributionType, props{"viewerCertificate": props{"acmCertificateArn": "$tls.arn"}}},
	}, "tls", "ResourceInUseException"},
	"subnet of a cluster": {[]made{
		aNetwork, aSubnet, {"eks", eksType, props{"vpcConfig": props{"subnetIds": []any{"$subnet"}}}},
	}, "subnet", "DependencyViolation"},
	"network of a peering connection": {[]made{
		aNetwork,
		{"other", vpcType, props{"cidrBlock": "10.1.0.0/16"}},
		{"peering", peeringType, props{"vpcId": "$net", "peerVpcId": "$other"}},
	}, "net", "DependencyViolation"},
	"global cluster with a member": {[]made{
		{"global", globalType, props{"globalClusterIdentifier": "items"}},
		{"db", clusterType, props{"globalClusterIdentifier": "items"}},
	}, "global", "InvalidGlobalClusterStateFault"},
}

const (
	distributionType = "aws:cloudfront/distribution:Distribution"
	eksType          = "aws:eks/cluster:Cluster"
	globalType       = "aws:rds/globalCluster:GlobalCluster"
	peeringType      = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
)
