// Package safety holds the rules that keep data, users and accounts safe, one a file.
package safety

import "github.com/ladder-iac/ladder/policies/rule"

// Rules are all of them, in the order of docs/policies.md.
var Rules = []rule.Rule{
	EBSEncrypted, RDSEncrypted, AuroraEncrypted, CacheEncrypted, BucketEncrypted, SecretEncrypted, TopicEncrypted,
	DatabasePrivate, BucketPrivate, OpenPorts, InlineRules, IMDSv2,
	ListenerTLS, DatabaseTLS, CacheTLS, BucketTLS,
	Backups, DeletionProtection, Protected, MultiAZ, ManagedPassword, BlueGreen,
	LeastPrivilege, Alarms, Budget, ComponentTag, DefaultProvider,
}

const (
	volumeType       = "aws:ebs/volume:Volume"
	instanceType     = "aws:ec2/instance:Instance"
	templateType     = "aws:ec2/launchTemplate:LaunchTemplate"
	groupType        = "aws:autoscaling/group:Group"
	databaseType     = "aws:rds/instance:Instance"
	clusterType      = "aws:rds/cluster:Cluster"
	memberType       = "aws:rds/clusterInstance:ClusterInstance"
	globalType       = "aws:rds/globalCluster:GlobalCluster"
	parametersType   = "aws:rds/parameterGroup:ParameterGroup"
	clusterParamType = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
	cacheType        = "aws:elasticache/replicationGroup:ReplicationGroup"
	cacheClusterType = "aws:elasticache/cluster:Cluster"
	bucketType       = "aws:s3/bucketV2:BucketV2"
	bucketTypeNew    = "aws:s3/bucket:Bucket"
	secretType       = "aws:secretsmanager/secret:Secret"
	topicType        = "aws:sns/topic:Topic"
	firewallType     = "aws:ec2/securityGroup:SecurityGroup"
	ingressType      = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	listenerType     = "aws:lb/listener:Listener"
	listenerRuleType = "aws:lb/listenerRule:ListenerRule"
	alarmType        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	budgetType       = "aws:budgets/budget:Budget"
)

const ownKey = "arn:aws:kms:us-east-1:123456789012:key/0" // of the examples
