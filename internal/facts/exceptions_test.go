package facts

// Why an input that sounds like a reference is none.
const (
	own        = "the resource's own name"
	label      = "a code, a label or an id within the resource: no name of another"
	strange    = "names a kind of resource that the facts do not know, so that nothing can be said of it"
	unasked    = "AWS takes what leads nowhere, and holds nothing"
	foreign    = "names what AWS has by itself, or what is made outside the account"
	told       = "AWS says it; the provider takes it back as an input"
	manyKinds  = "names what another input says"
	readEvents = "read when an event comes, not before"
)

// exceptions are the inputs that sound like references and are none: by name for all types, by name within an object of
// some name, or by type and path.
var exceptions = map[string]string{
	"identifier": own, "setIdentifier": own, "finalSnapshotIdentifier": own, "clusterEndpointIdentifier": own,
	"replicationGroupId":                                          own,
	"aws:elasticache/user:User#userId":                            own,
	"aws:elasticache/userGroup:UserGroup#userGroupId":             own,
	"aws:rds/cluster:Cluster#clusterIdentifier":                   own,
	"aws:rds/globalCluster:GlobalCluster#globalClusterIdentifier": own,
	"aws:s3/bucketV2:BucketV2#bucket":                             own,
	"aws:ssm/parameter:Parameter#arn":                             own,
	"aws:cloudwatch/eventTarget:EventTarget#targetId":             own,

	"accountId": label, "availabilityZoneId": label, "clientId": label, "dbSystemId": label, "messageGroupId": label,
	"kubernetesGroups": label, "originId": label, "peerOwnerId": label, "registryId": label, "targetOriginId": label,
	"thresholdMetricId": label, "userPoolClientId": label, "xksKeyId": label,

	"capacityReservationId": strange, "capacityReservationIds": strange, "capacityReservationResourceGroupArn": strange,
	"capacityReservationResourceGroupArns": strange, "carrierGatewayId": strange, "certificateAuthorityArn": strange,
	"collectionId": strange, "coreNetworkArn": strange, "customKeyStoreId": strange, "delegationSetId": strange,
	"ipSetReferenceStatement.arn": strange, "regexPatternSetReferenceStatement.arn": strange,
	"ruleGroupReferenceStatement.arn": strange, "continuousDeploymentPolicyId": strange, "egressOnlyGatewayId": strange, "fieldLevelEncryptionId": strange,
	"functionArn": strange, "globalReplicationGroupId": strange, "lambdaArn": strange, "realtimeLogConfigArn": strange,
	"trustedKeyGroups": strange, "vpcOriginId": strange,
	"hostId": strange, "hostResourceGroupArn": strange, "ipamPoolId": strange, "ipv4IpamPoolId": strange,
	"ipv6IpamPoolId": strange, "licenseConfigurationArn": strange, "localGatewayId": strange,
	"networkInterfaceId": strange, "optionGroupName": strange, "outpostArn": strange, "outpostArns": strange,
	"outpostId": strange, "resourceConfigurationArn": strange, "rotationLambdaArn": strange,
	"routingControlArn": strange, "serviceNetworkArn": strange, "snapshotArns": strange, "snapshotId": strange,
	"snapshotIdentifier": strange, "sourceClusterResourceId": strange, "sourceDbInstanceAutomatedBackupsArn": strange,
	"sourceDbiResourceId": strange, "taskDefinitionArn": strange, "transitGatewayId": strange, "trustStoreArn": strange,
	"userPoolArn": strange,

	"iamCertificateId": foreign,
	"caCertIdentifier": foreign, "caCertificateIdentifier": foreign, "destinationPrefixListId": foreign,
	"imageId": foreign, "kernelId": foreign, "managedPolicyArns": foreign, "policyArn": foreign, "prefixListId": foreign,
	"prefixListIds": foreign, "ramDiskId": foreign, "securityGroupNames": foreign, "serviceLinkedRoleArn": foreign,
	"aws:ec2/instance:Instance#securityGroups[*]": foreign, // EC2-Classic, by name
	"aws:route53/record:Record#aliases[*].zoneId": foreign,
	typeAccessEntry + "#principalArn":             foreign,

	typeDistribution + "#loggingConfig.bucket": unasked, // a domain name
	"alarmActions": unasked, "okActions": unasked, "insufficientDataActions": unasked, "subscriberSnsTopicArns": unasked,

	"aws:cloudwatch/eventTarget:EventTarget#arn":                                              readEvents,
	"aws:cloudwatch/eventTarget:EventTarget#deadLetterConfig.arn":                             readEvents,
	"aws:cloudwatch/eventTarget:EventTarget#redshiftTarget.secretsManagerArn":                 readEvents,
	"aws:cloudwatch/eventTarget:EventTarget#ecsTarget.networkConfiguration.securityGroups[*]": readEvents,
	"aws:cloudwatch/eventTarget:EventTarget#ecsTarget.networkConfiguration.subnets[*]":        readEvents,

	"aws:ec2/instance:Instance#ebsBlockDevices[*].volumeId":    told,
	"aws:ec2/instance:Instance#rootBlockDevice.volumeId":       told,
	"aws:eks/cluster:Cluster#vpcConfig.clusterSecurityGroupId": told,
	"aws:eks/cluster:Cluster#vpcConfig.vpcId":                  told,

	"aws:rds/eventSubscription:EventSubscription#sourceIds[*]": manyKinds,
}
