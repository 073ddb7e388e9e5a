package cost

// freePrefixes are whole providers.
var freePrefixes = map[string]string{
	"kubernetes:": onNodes,
	"random:":     "it exists in the state only",
	"tls:":        "it exists in the state only",
}

const onNodes = "it runs on the nodes, which are priced"

// freeTypes cost nothing, and why.
var freeTypes = byType(map[string][]string{
	"AWS bills what passes or stands behind it": {
		"aws:ec2/internetGateway:InternetGateway",
		"aws:ec2/route:Route",
		"aws:ec2/routeTable:RouteTable",
		"aws:ec2/routeTableAssociation:RouteTableAssociation",
		"aws:ec2/subnet:Subnet",
		"aws:ec2/vpc:Vpc",
		"aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
		"aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
	},
	"AWS's own events are free": {
		"aws:cloudwatch/eventRule:EventRule",
		"aws:rds/eventSubscription:EventSubscription",
	},
	"Auto Scaling is free; its machines are priced with the group": {
		"aws:autoscaling/policy:Policy",
		"aws:autoscaling/schedule:Schedule",
	},
	"a name of a key":     {"aws:kms/alias:Alias"},
	"a name of instances": {"aws:rds/clusterEndpoint:ClusterEndpoint"},
	"a permission": {
		"aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
		"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
		"aws:ec2/networkAcl:NetworkAcl",
		"aws:ec2/securityGroup:SecurityGroup",
		"aws:ec2/securityGroupRule:SecurityGroupRule",
		"aws:eks/accessEntry:AccessEntry",
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
		"aws:eks/podIdentityAssociation:PodIdentityAssociation",
		"aws:elasticache/user:User",
		"aws:elasticache/userGroup:UserGroup",
		"aws:elasticache/userGroupAssociation:UserGroupAssociation",
		"aws:iam/instanceProfile:InstanceProfile",
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider",
		"aws:iam/policy:Policy",
		"aws:iam/role:Role",
		"aws:iam/rolePolicy:RolePolicy",
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment",
		"aws:kms/grant:Grant",
		"aws:kms/keyPolicy:KeyPolicy",
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls",
		"aws:s3/bucketPolicy:BucketPolicy",
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
		"aws:secretsmanager/secretPolicy:SecretPolicy",
		"aws:sns/topicPolicy:TopicPolicy",
		"aws:sqs/queuePolicy:QueuePolicy",
		"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
	},
	"a setting of what is priced by itself": {
		"aws:acm/certificateValidation:CertificateValidation",
		"aws:appautoscaling/scheduledAction:ScheduledAction",
		"aws:autoscaling/attachment:Attachment",
		"aws:autoscaling/lifecycleHook:LifecycleHook",
		"aws:autoscaling/notification:Notification",
		"aws:cloudfront/cachePolicy:CachePolicy",
		"aws:cloudfront/originAccessControl:OriginAccessControl",
		"aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
		"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
		"aws:cloudwatch/eventTarget:EventTarget",
		"aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
		"aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
		"aws:ecr/lifecyclePolicy:LifecyclePolicy",
		"aws:ecr/replicationConfiguration:ReplicationConfiguration",
		"aws:elasticache/parameterGroup:ParameterGroup",
		"aws:elasticache/subnetGroup:SubnetGroup",
		"aws:lb/listenerCertificate:ListenerCertificate",
		"aws:lb/targetGroupAttachment:TargetGroupAttachment",
		"aws:rds/clusterParameterGroup:ClusterParameterGroup",
		"aws:rds/parameterGroup:ParameterGroup",
		"aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
		"aws:rds/proxyTarget:ProxyTarget",
		"aws:rds/subnetGroup:SubnetGroup",
		"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
		"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		"aws:s3/bucketVersioningV2:BucketVersioningV2",
		"aws:secretsmanager/secretRotation:SecretRotation",
		"aws:wafv2/ipSet:IpSet",
	},
	"budgets that only alert are free": {"aws:budgets/budget:Budget"},
	"Cost Anomaly Detection is free": {
		"aws:costexplorer/anomalyMonitor:AnomalyMonitor",
		"aws:costexplorer/anomalySubscription:AnomalySubscription",
	},
	"encryption of disks is free; the key is priced by itself": {
		"aws:ebs/encryptionByDefault:EncryptionByDefault",
	},
	"it is priced with its bucket":                                   {"aws:s3/bucketObjectv2:BucketObjectv2"},
	"it is priced with its secret":                                   {"aws:secretsmanager/secretVersion:SecretVersion"},
	"it runs when an alarm goes off; 100,000 steps a month are free": {"aws:ssm/document:Document"},
	"its machines and disks are priced with the group that starts them": {
		"aws:ec2/launchTemplate:LaunchTemplate",
	},
	"public certificates of ACM are free":         {"aws:acm/certificate:Certificate"},
	"the access control list is priced by itself": {"aws:wafv2/webAclAssociation:WebAclAssociation"},
	"the address is priced by itself":             {"aws:ec2/eipAssociation:EipAssociation"},
	"the first ten rules cost no capacity units":  {"aws:lb/listenerRule:ListenerRule"},
	"the load balancer is priced by itself": {
		"aws:lb/listener:Listener",
		"aws:lb/targetGroup:TargetGroup",
	},
	"the nodes are priced with each region's group": {
		"aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
	},
	"the readers that it adds are priced with its target": {"aws:appautoscaling/policy:Policy"},
	"the volume is priced by itself":                      {"aws:ec2/volumeAttachment:VolumeAttachment"},
	onNodes:                                               {"aws:eks/addon:Addon"},
})

func byType(reasons map[string][]string) map[string]string {
	types := map[string]string{}
	for why, list := range reasons {
		for _, kind := range list {
			types[kind] = why
		}
	}
	return types
}
