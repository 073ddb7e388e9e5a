package facts

// Types that others name.
const (
	typeAlarm            = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeAnomalyMonitor   = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
	typeAutoScaling      = "aws:autoscaling/group:Group"
	typeBucket           = "aws:s3/bucketV2:BucketV2"
	typeCacheParameters  = "aws:elasticache/parameterGroup:ParameterGroup"
	typeCacheSubnets     = "aws:elasticache/subnetGroup:SubnetGroup"
	typeCacheUser        = "aws:elasticache/user:User"
	typeCacheUserGroup   = "aws:elasticache/userGroup:UserGroup"
	typeCertificate      = "aws:acm/certificate:Certificate"
	typeCluster          = "aws:rds/cluster:Cluster"
	typeClusterParams    = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
	typeDatabase         = "aws:rds/instance:Instance"
	typeDatabaseParams   = "aws:rds/parameterGroup:ParameterGroup"
	typeDatabaseSubnets  = "aws:rds/subnetGroup:SubnetGroup"
	typeDefaultGroup     = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	typeEIP              = "aws:ec2/eip:Eip"
	typeEKS              = "aws:eks/cluster:Cluster"
	typeEndpoint         = "aws:ec2/vpcEndpoint:VpcEndpoint"
	typeEventRule        = "aws:cloudwatch/eventRule:EventRule"
	typeHealthCheck      = "aws:route53/healthCheck:HealthCheck"
	typeInstance         = "aws:ec2/instance:Instance"
	typeInternetGateway  = "aws:ec2/internetGateway:InternetGateway"
	typeKey              = "aws:kms/key:Key"
	typeLaunchTemplate   = "aws:ec2/launchTemplate:LaunchTemplate"
	typeListener         = "aws:lb/listener:Listener"
	typeLoadBalancer     = "aws:lb/loadBalancer:LoadBalancer"
	typeLogGroup         = "aws:cloudwatch/logGroup:LogGroup"
	typeNAT              = "aws:ec2/natGateway:NatGateway"
	typeProfile          = "aws:iam/instanceProfile:InstanceProfile"
	typeReplicationGroup = "aws:elasticache/replicationGroup:ReplicationGroup"
	typeRole             = "aws:iam/role:Role"
	typeRouteTable       = "aws:ec2/routeTable:RouteTable"
	typeScalable         = "aws:appautoscaling/target:Target"
	typeSecret           = "aws:secretsmanager/secret:Secret"
	typeSecurityGroup    = "aws:ec2/securityGroup:SecurityGroup"
	typeSubnet           = "aws:ec2/subnet:Subnet"
	typeTargetGroup      = "aws:lb/targetGroup:TargetGroup"
	typeTopic            = "aws:sns/topic:Topic"
	typeVolume           = "aws:ebs/volume:Volume"
	typeVPC              = "aws:ec2/vpc:Vpc"
	typeZone             = "aws:route53/zone:Zone"
)

// byID is for types that others name by their id alone.
var byID = []string{"id"}

// referenceTargets are the types that others name. Codes and texts: the API reference of each service under its
// delete call and its common errors.
var referenceTargets = joinedTables(mainTargets, clusterTargets, edgeTargets)

var mainTargets = map[string]Target{
	typeVPC: {
		By: byID, Form: "vpc-",
		Missing: Refusal{"InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"},
		InUse:   Refusal{"DependencyViolation", "The vpc '{}' has dependencies and cannot be deleted."},
		Waits:   true, // 5 minutes [resourceVPCDelete]
	},
	typeSubnet: {
		By: byID, Form: "subnet-",
		Missing: Refusal{"InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"},
		InUse:   Refusal{"DependencyViolation", "The subnet '{}' has dependencies and cannot be deleted."},
		Waits:   true, // 20 minutes [resourceSubnetDelete]
	},
	typeSecurityGroup: {
		By: byID, Form: "sg-",
		Also: []Output{
			{typeDefaultGroup, "id"}, {typeVPC, "defaultSecurityGroupId"}, {typeEKS, "vpcConfig.clusterSecurityGroupId"},
		},
		Missing: Refusal{"InvalidGroup.NotFound", "The security group '{}' does not exist"},
		InUse:   Refusal{"DependencyViolation", "resource {} has a dependent object"},
		Waits:   true, // 15 minutes [resourceSecurityGroupDelete]
	},
	typeRouteTable: {
		By: byID, Form: "rtb-",
		Also:    []Output{{typeVPC, "mainRouteTableId"}, {typeVPC, "defaultRouteTableId"}},
		Missing: Refusal{"InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"},
		InUse:   Refusal{"DependencyViolation", "The routeTable '{}' has dependencies and cannot be deleted."},
	},
	typeInternetGateway: {
		By: byID, Form: "igw-",
		Missing: Refusal{"InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"},
		InUse: Refusal{"DependencyViolation", "{} cannot be detached: its network has some mapped public address(es). " +
			"Please unmap those public address(es) before detaching the gateway."},
		Waits: true, // 20 minutes to detach it [resourceInternetGatewayDelete]
	},
	typeNAT: {
		By: byID, Form: "nat-",
		Missing: Refusal{"InvalidNatGatewayID.NotFound", "The nat gateway ID '{}' does not exist"},
	},
	typeEIP: {
		By: byID, Form: "eipalloc-",
		Missing: Refusal{"InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"},
		InUse:   Refusal{"InvalidIPAddress.InUse", "Address {} is in use."},
	},
	typeEndpoint: {
		By: byID, Form: "vpce-",
		Missing: Refusal{"InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"},
	},
	typeInstance: {
		By: byID, Form: "i-",
		Missing: Refusal{"InvalidInstanceID.NotFound", "The instance ID '{}' does not exist"},
	},
	typeVolume: {
		By: byID, Form: "vol-", Also: []Output{{typeInstance, "rootBlockDevice.volumeId"}},
		Missing: Refusal{"InvalidVolume.NotFound", "The volume '{}' does not exist."},
		InUse:   Refusal{"VolumeInUse", "Volume {} is currently attached to an instance"},
	},
	typeLaunchTemplate: {
		By: []string{"id", "name"}, Form: "lt-",
		Missing: Refusal{
			"InvalidLaunchTemplateId.NotFound",
			"The specified launch template, with template ID {}, does not exist.",
		},
	},
	typeAutoScaling: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"ValidationError", "AutoScalingGroup name not found - {}"},
	},

	typeLoadBalancer: {
		By: []string{"arn"}, Form: "elasticloadbalancing:loadbalancer/",
		Missing: Refusal{"LoadBalancerNotFound", "One or more load balancers not found: {}"},
	},
	typeListener: {
		By: []string{"arn"}, Form: "elasticloadbalancing:listener/",
		Missing: Refusal{"ListenerNotFound", "One or more listeners not found: {}"},
	},
	typeTargetGroup: {
		By: []string{"arn"}, Form: "elasticloadbalancing:targetgroup/",
		Missing: Refusal{"TargetGroupNotFound", "One or more target groups not found: {}"},
		InUse:   Refusal{"ResourceInUse", "Target group '{}' is currently in use by a listener or a rule"},
		Waits:   true, // 5 minutes [resourceTargetGroupDelete]
	},
	typeCertificate: {
		By: []string{"arn"}, Form: "acm:certificate/",
		Missing: Refusal{"CertificateNotFound", "Certificate '{}' not found"},
		InUse:   Refusal{"ResourceInUseException", "Certificate {} is in use."},
		Waits:   true, // 20 minutes [resourceCertificateDelete]
	},
	typeZone: {
		By: byID,
		InUse: Refusal{
			"HostedZoneNotEmpty",
			"The specified hosted zone {} contains non-required resource record sets and so cannot be deleted.",
		},
	},
	typeHealthCheck: {
		By: byID, Plain: true,
		Missing: Refusal{"NoSuchHealthCheck", "A health check with id {} does not exist"},
	},
	typeAlarm: {
		By: []string{"name", "arn"}, Form: "cloudwatch:alarm:", Plain: true,
		Also: []Output{
			{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarmName"},
			{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "arn"},
		},
		Missing: Refusal{
			"ValidationError",
			"Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
		},
		InUse: Refusal{"ValidationError", "Cannot delete {} as there are composite alarm(s) depending on it."},
	},
	typeEventRule: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"ResourceNotFoundException", "Rule {} does not exist on EventBus default."},
		InUse:   Refusal{"ValidationException", "Rule {} can't be deleted since it has targets."},
	},
	typeLogGroup: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"ResourceNotFoundException", "The specified log group {} does not exist."},
	},

	typeRole: {
		By: []string{"name", "arn"}, Form: "iam:role/", Plain: true,
		Missing: Refusal{"NoSuchEntity", "The role with name {} cannot be found."},
		InUse: Refusal{"DeleteConflict", "Cannot delete entity {}, must detach all policies, delete its policies and " +
			"remove it from instance profiles first."},
		Waits: true, // 2 minutes [resourceRoleDelete]
	},
	typeProfile: {
		By: []string{"name", "arn"}, Form: "iam:instance-profile/", Plain: true,
		Missing: Refusal{"NoSuchEntity", "Instance Profile {} cannot be found."},
	},
	typeKey: {
		By: []string{"arn", "keyId"}, Form: "kms:key/",
		Missing: Refusal{"NotFoundException", "Key '{}' does not exist"},
	},
	typeSecret: {
		By: []string{"arn"}, Form: "secretsmanager:secret:",
		Missing: Refusal{"ResourceNotFoundException", "Secrets Manager can't find the specified secret {}."},
	},
	typeAnomalyMonitor: {
		By: []string{"arn"}, Form: "ce:anomalymonitor/",
		Missing: Refusal{"UnknownMonitorException", "Unknown monitor {}"},
	},
	typeTopic: {By: []string{"arn"}, Form: "sns:", Missing: Refusal{"NotFound", "Topic does not exist: {}"}},
	typeBucket: {
		By: []string{"bucket", "arn"}, Plain: true,
		Missing: Refusal{"NoSuchBucket", "The specified bucket {} does not exist"},
		InUse: Refusal{
			"BucketNotEmpty",
			"The bucket {} you tried to delete is not empty. You must delete all versions in the bucket.",
		},
	},

	typeDatabase: {
		By: []string{"identifier", "arn"}, Form: "rds:db:", Plain: true,
		Missing: Refusal{"DBInstanceNotFound", "DBInstance {} not found."},
	},
	typeCluster: {
		By: []string{"clusterIdentifier", "arn"}, Form: "rds:cluster:", Plain: true,
		Missing: Refusal{"DBClusterNotFoundFault", "DBCluster {} not found."},
		InUse: Refusal{
			"InvalidDBClusterStateFault",
			"Cluster {} cannot be deleted, it still contains DB instances in non-deleting state.",
		},
	},
	typeDatabaseSubnets: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"DBSubnetGroupNotFoundFault", "DB subnet group '{}' does not exist."},
		InUse: Refusal{
			"InvalidDBSubnetGroupStateFault",
			"Cannot delete the subnet group '{}' because at least one database instance is still using it.",
		},
	},
	typeDatabaseParams: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"DBParameterGroupNotFound", "DBParameterGroup not found: {}"},
		InUse: Refusal{
			"InvalidDBParameterGroupState",
			"One or more database instances are still members of this parameter group {}, so the group cannot be deleted",
		},
		Waits: true, // 3 minutes [resourceParameterGroupDelete]
	},
	typeClusterParams: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"DBClusterParameterGroupNotFound", "DBClusterParameterGroup not found: {}"},
		InUse: Refusal{
			"InvalidDBParameterGroupState",
			"One or more DB clusters are still members of this parameter group {}, so the group cannot be deleted",
		},
		Waits: true, // 3 minutes [resourceClusterParameterGroupDelete]
	},
	typeScalable: {
		By: []string{"resourceId"}, Plain: true,
		Missing: Refusal{
			"ObjectNotFoundException",
			"No scalable target registered for service namespace, resource ID {} and scalable dimension",
		},
	},
	typeReplicationGroup: {
		By: []string{"replicationGroupId"}, Plain: true,
		Missing: Refusal{"ReplicationGroupNotFoundFault", "ReplicationGroup {} not found."},
	},
	typeCacheSubnets: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"CacheSubnetGroupNotFoundFault", "Cache Subnet Group {} does not exist."},
		InUse:   Refusal{"CacheSubnetGroupInUse", "Cache subnet group {} is currently in use by a cache cluster."},
	},
	typeCacheParameters: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"CacheParameterGroupNotFound", "CacheParameterGroup not found: {}"},
		InUse: Refusal{
			"InvalidCacheParameterGroupState",
			"One or more cache clusters are still members of this parameter group {}, so the group cannot be deleted.",
		},
		Waits: true, // 3 minutes [resourceParameterGroupDelete]
	},
	typeCacheUserGroup: {
		By: []string{"userGroupId"}, Plain: true,
		Missing: Refusal{"UserGroupNotFound", "User group {} not found."},
		InUse: Refusal{
			"InvalidUserGroupState",
			"User group {} is associated with a replication group; disassociate it before deleting it.",
		},
	},
	typeCacheUser: {
		By: []string{"userId"}, Plain: true,
		Missing: Refusal{"UserNotFound", "User {} not found."},
	},
}
