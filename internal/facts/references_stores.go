package facts

import (
	"slices"
)

// storeReferences are those of what keeps things: identities, secrets, buckets, databases and caches.
var storeReferences = map[string][]Reference{
	// Identities.
	typeProfile: {belongs("role", typeRole, "the provider takes a role out of its profiles first [resourceRoleDelete]")},
	"aws:iam/rolePolicy:RolePolicy": {
		uses("role", typeRole, "a role with inline policies cannot be deleted").unless("forceDetachPolicies"),
	},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
		uses("role", typeRole, "a role with attached policies cannot be deleted").unless("forceDetachPolicies"),
	},
	"aws:dlm/lifecyclePolicy:LifecyclePolicy": append(keys(
		"policyDetails.action.crossRegionCopies[*].encryptionConfiguration.cmkArn",
		"policyDetails.schedules[*].crossRegionCopyRules[*].cmkArn",
	), belongs("executionRoleArn", typeRole, noRole)),

	// Keys, secrets, topics, logs.
	"aws:kms/alias:Alias":         keys("targetKeyId"),
	"aws:kms/keyPolicy:KeyPolicy": keys("keyId"),
	typeSecret:                    keys("kmsKeyId", "replicas[*].kmsKeyId"),
	"aws:secretsmanager/secretVersion:SecretVersion":   {belongs("secretId", typeSecret, along)},
	"aws:secretsmanager/secretPolicy:SecretPolicy":     {belongs("secretArn", typeSecret, along)},
	"aws:secretsmanager/secretRotation:SecretRotation": {belongs("secretId", typeSecret, along)},
	typeTopic:                         append(keys("kmsMasterKeyId"), feedback()...),
	"aws:sns/topicPolicy:TopicPolicy": {belongs("arn", typeTopic, along)},
	"aws:sns/topicSubscription:TopicSubscription": {
		belongs("topic", typeTopic, along), belongs("subscriptionRoleArn", typeRole, noRole),
	},
	typeQueue: append(keys("kmsMasterKeyId"), belongs("redrivePolicy", typeQueue, "messages stay in their queue").
		within(`"deadLetterTargetArn"\s*:\s*"([^"]+)"`)),
	"aws:sqs/queuePolicy:QueuePolicy":               {belongs("queueUrl", typeQueue, along)},
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {belongs("queueUrl", typeQueue, along)},
	typeLogGroup:                  keys("kmsKeyId"),
	"aws:ssm/parameter:Parameter": keys("keyId"),
	"aws:cloudwatch/logMetricFilter:LogMetricFilter": {belongs("logGroupName", typeLogGroup, along)},
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": {
		uses("alarmRule", typeAlarm, "DeleteAlarms refuses what a composite alarm asks").
			within(`\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?([^"')]+?)["']?\s*\)`),
		uses("actionsSuppressor.alarm", typeAlarm, "DeleteAlarms refuses what a composite alarm asks"),
	},
	typeEventRule: {belongs("roleArn", typeRole, noRole)},
	"aws:cloudwatch/eventTarget:EventTarget": {
		uses("rule", typeEventRule, "DeleteRule wants the rule without targets").unless("forceDestroy"),
		belongs("roleArn", typeRole, noRole),
	},
	"aws:costexplorer/anomalySubscription:AnomalySubscription": {
		belongs("monitorArnLists[*]", typeAnomalyMonitor, "a monitor that is gone leaves its subscriptions"),
		belongs("subscribers[*].address", typeTopic, "AWS goes on without a listener"),
	},
	"aws:rds/eventSubscription:EventSubscription": {belongs("snsTopic", typeTopic, "AWS goes on without a listener")},

	// Buckets.
	typeBucket: append(keys(
		"replicationConfigurations[*].rules[*].destinations[*].replicaKmsKeyId",
		"serverSideEncryptionConfigurations[*].rules[*].applyServerSideEncryptionByDefaults[*].kmsMasterKeyId",
	),
		belongs("loggings[*].targetBucket", typeBucket, inBucket),
		belongs("replicationConfigurations[*].rules[*].destinations[*].bucket", typeBucket, inBucket),
		belongs("replicationConfigurations[*].role", typeRole, noRole),
	),
	"aws:s3/bucketObjectv2:BucketObjectv2": append(keys("kmsKeyId"),
		uses("bucket", typeBucket, "a bucket must be empty of all versions").unless("forceDestroy")),
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                         setting(),
	"aws:s3/bucketPolicy:BucketPolicy":                                     setting(),
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":               setting(),
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":               setting(),
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": setting(),
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": append(setting(),
		keys("rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId")...),

	// Databases.
	typeDatabaseSubnets: {passes("subnetIds[*]", typeSubnet, "a database made in the group has network interfaces there")},
	typeDatabase: slices.Concat([]Reference{
		uses("dbSubnetGroupName", typeDatabaseSubnets, "the database stands in it"),
		uses("parameterGroupName", typeDatabaseParams, "the database reads it"),
		uses("vpcSecurityGroupIds[*]", typeSecurityGroup, behindGroup),
		belongs("replicateSourceDb", typeDatabase, "a replica whose source is deleted is promoted [DeleteDBInstance]"),
		belongs("restoreToPointInTime.sourceDbInstanceIdentifier", typeDatabase, "read once, at the creation"),
		belongs("customIamInstanceProfile", typeProfile, "IAM does not ask who uses a profile"),
		belongs("domainAuthSecretArn", typeSecret, "read when the instance joins the domain"),
		belongs("monitoringRoleArn", typeRole, noRole),
		belongs("s3Import.ingestionRole", typeRole, noRole),
	}, keys("kmsKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId")),
	typeCluster: slices.Concat([]Reference{
		uses("dbSubnetGroupName", typeDatabaseSubnets, "the cluster stands in it"),
		uses("dbClusterParameterGroupName", typeClusterParams, "the cluster reads it"),
		belongs("dbInstanceParameterGroupName", typeDatabaseParams, "read at a major upgrade alone"),
		uses("vpcSecurityGroupIds[*]", typeSecurityGroup, behindGroup),
		belongs("replicationSourceIdentifier", typeCluster, "a replica whose source is deleted is promoted"),
		belongs("restoreToPointInTime.sourceClusterIdentifier", typeCluster, "read once, at the creation"),
		belongs("iamRoles[*]", typeRole, noRole),
		belongs("s3Import.ingestionRole", typeRole, noRole),
		belongs("monitoringRoleArn", typeRole, noRole),
		uses("globalClusterIdentifier", typeGlobalCluster, "DeleteGlobalCluster wants it empty").unless("forceDestroy"),
	}, keys("kmsKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId")),
	typeGlobalCluster: {
		uses("sourceDbClusterIdentifier", typeCluster, "its state does not tell the provider to take it out first").says(
			"InvalidDBClusterStateFault",
			"This cluster {} is a part of a global cluster, please remove it from globalcluster first",
		),
	},
	"aws:rds/clusterInstance:ClusterInstance": slices.Concat([]Reference{
		uses("clusterIdentifier", typeCluster, "DeleteDBCluster wants the cluster empty"),
		uses("dbSubnetGroupName", typeDatabaseSubnets, "the instance stands in it"),
		uses("dbParameterGroupName", typeDatabaseParams, "the instance reads it"),
		belongs("customIamInstanceProfile", typeProfile, "IAM does not ask who uses a profile"),
		belongs("monitoringRoleArn", typeRole, noRole),
	}, keys("performanceInsightsKmsKeyId")),
	"aws:rds/clusterEndpoint:ClusterEndpoint": {belongs("clusterIdentifier", typeCluster, along)},

	typeScalable: {
		belongs("resourceId", typeCluster, along).within("^cluster:(.+)$"),
		belongs("resourceId", typeReplicationGroup, along).within("^replication-group/(.+)$"),
		belongs("roleArn", typeRole, noRole),
	},
	"aws:appautoscaling/policy:Policy":                   {belongs("resourceId", typeScalable, along)},
	"aws:appautoscaling/scheduledAction:ScheduledAction": {belongs("resourceId", typeScalable, along)},

	// Caches.
	typeCacheSubnets: {passes("subnetIds[*]", typeSubnet, "a cache made in the group has network interfaces there")},
	typeReplicationGroup: append(keys("kmsKeyId"),
		uses("subnetGroupName", typeCacheSubnets, "the cache stands in it"),
		uses("parameterGroupName", typeCacheParameters, "the cache reads it"),
		uses("securityGroupIds[*]", typeSecurityGroup, behindGroup),
		uses("userGroupIds[*]", typeCacheUserGroup, "DeleteUserGroup wants it disassociated"),
		belongs("notificationTopicArn", typeTopic, "the cache goes on without a listener")),
	typeCacheUserGroup: {belongs("userIds[*]", typeCacheUser, "DeleteUser takes the user out of its groups")},
	"aws:elasticache/userGroupAssociation:UserGroupAssociation": {
		belongs("userGroupId", typeCacheUserGroup, along), belongs("userId", typeCacheUser, along),
	},
}

// setting is a part of a bucket with a type of its own.
func setting() []Reference { return []Reference{belongs("bucket", typeBucket, along)} }

// feedback are the roles with which a topic logs its deliveries.
func feedback() []Reference {
	var all []Reference
	for _, to := range []string{"application", "firehose", "http", "lambda", "sqs"} {
		for _, outcome := range []string{"Failure", "Success"} {
			all = append(all, belongs(to+outcome+"FeedbackRoleArn", typeRole, noRole))
		}
	}
	return all
}
