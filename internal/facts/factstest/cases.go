package factstest

import (
	"slices"

	"github.com/ladder-iac/ladder/internal/facts"
)

type in = map[string]any

// The kinds that the cases change.
var (
	vpc    = kind{"aws:ec2/vpc:Vpc", in{"cidrBlock": "10.0.0.0/16", "tags": in{"Name": "net"}}}
	subnet = kind{"aws:ec2/subnet:Subnet", in{
		"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-1a",
	}}
	group = kind{"aws:ec2/securityGroup:SecurityGroup", in{
		"vpcId": "vpc-0123456789abcdef0", "description": "web servers", "tags": in{"Name": "web", "stack": "phase1"},
	}}
	ingress = kind{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", in{
		"securityGroupId": "sg-0123456789abcdef0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
		"cidrIpv4": "0.0.0.0/0",
	}}
	instance = kind{"aws:ec2/instance:Instance", in{
		"ami": "ami-0123456789abcdef0", "instanceType": "t4g.large", "subnetId": "subnet-0123456789abcdef0",
		"vpcSecurityGroupIds": []any{"sg-0123456789abcdef0", "sg-0123456789abcdef1"}, "userData": "#!/bin/sh\n",
		"rootBlockDevice": in{"volumeSize": 20, "encrypted": true},
	}}
	launched = kind{"aws:ec2/instance:Instance", in{
		"launchTemplate": in{"id": "lt-0123456789abcdef0", "version": "1"},
	}}
	volume = kind{"aws:ebs/volume:Volume", in{
		"availabilityZone": "us-east-1a", "size": 20, "type": "gp3", "encrypted": true,
	}}
	attachment = kind{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", in{
		"role": "web", "policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
	}}
	bucket    = kind{"aws:s3/bucketV2:BucketV2", in{"tags": in{"Name": "backups"}}}
	parameter = kind{"aws:ssm/parameter:Parameter", in{"name": "/app/topology", "type": "String", "value": "{}"}}
	database  = kind{"aws:rds/instance:Instance", in{
		"instanceClass": "db.t4g.medium", "engine": "postgres", "engineVersion": "17.4", "identifier": "app",
		"dbName": "app", "allocatedStorage": 50, "storageEncrypted": true, "username": "app", "skipFinalSnapshot": true,
	}}
	cache = kind{"aws:elasticache/replicationGroup:ReplicationGroup", in{
		"description": "cache", "engine": "redis", "engineVersion": "7.1", "nodeType": "cache.t4g.small",
		"numCacheClusters": 2, "subnetGroupName": "cache",
	}}
	targets = kind{"aws:lb/targetGroup:TargetGroup", in{
		"port": 8080, "protocol": "HTTP", "vpcId": "vpc-0123456789abcdef0", "deregistrationDelay": 30,
	}}
	balancer = kind{"aws:lb/loadBalancer:LoadBalancer", in{
		"loadBalancerType": "application", "subnets": []any{"subnet-0123456789abcdef0", "subnet-0123456789abcdef1"},
	}}
	cluster = kind{"aws:eks/cluster:Cluster", in{
		"name": "app", "roleArn": "arn:aws:iam::123456789012:role/eks", "version": "1.33",
		"vpcConfig": in{"subnetIds": []any{"subnet-0123456789abcdef0", "subnet-0123456789abcdef1"}},
	}}
	password = kind{"random:index/randomPassword:RandomPassword", in{"length": 32, "special": false}}
	config   = kind{"kubernetes:core/v1:ConfigMap", in{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": in{"labels": in{"app": "web"}}, "data": in{"mode": "a"},
	}}
)

// Cases lists every case.
func Cases() []Case {
	return slices.Concat(networkCases(), dataCases(), cellCases())
}

func networkCases() []Case {
	return []Case{
		vpc.change("vpc address range", facts.Replace, "cidrBlock", in{"cidrBlock": "10.1.0.0/16"}),
		vpc.change("vpc tag", facts.Update, "tags.Name", in{"tags": in{"Name": "other"}}),
		vpc.between("vpc tenancy to dedicated", facts.Replace, "instanceTenancy",
			in{"instanceTenancy": "default"}, in{"instanceTenancy": "dedicated"}),
		vpc.between("vpc tenancy to default", facts.Update, "instanceTenancy",
			in{"instanceTenancy": "dedicated"}, in{"instanceTenancy": "default"}),
		subnet.change("subnet address range", facts.Replace, "cidrBlock", in{"cidrBlock": "10.0.2.0/24"}),
		subnet.change("subnet zone", facts.Replace, "availabilityZone", in{"availabilityZone": "us-east-1b"}),
		subnet.change("subnet zone left out", facts.Same, "", in{"availabilityZone": unset}),
		group.change("security group description", facts.Replace, "description", in{"description": "app servers"}),
		group.between("security group description under a given name", facts.Replace, "description",
			in{"name": "web"}, in{"name": "web", "description": "app servers"}).deleteFirst(),
		group.change("security group tag added", facts.Update, "tags.phase",
			in{"tags": in{"Name": "web", "stack": "phase1", "phase": "1"}}),
		ingress.change("rule port", facts.Update, "toPort", in{"toPort": 8443}),
		ingress.change("rule address range", facts.Update, "cidrIpv4", in{"cidrIpv4": "10.0.0.0/16"}),
		instance.change("instance type", facts.Update, "instanceType", in{"instanceType": "t4g.xlarge"}),
		instance.change("instance image", facts.Replace, "ami", in{"ami": "ami-0123456789abcdef1"}),
		instance.change("instance subnet", facts.Replace, "subnetId", in{"subnetId": "subnet-0123456789abcdef1"}),
		instance.change("instance user data", facts.Update, "userData", in{"userData": "#!/bin/bash\n"}),
		instance.change("instance groups in another order", facts.Same, "",
			in{"vpcSecurityGroupIds": []any{"sg-0123456789abcdef1", "sg-0123456789abcdef0"}}),
		instance.change("instance root volume size", facts.Update, "rootBlockDevice.volumeSize",
			in{"rootBlockDevice": in{"volumeSize": 30, "encrypted": true}}),
		instance.change("instance root volume encryption", facts.Replace, "rootBlockDevice.encrypted",
			in{"rootBlockDevice": in{"volumeSize": 20, "encrypted": false}}),
		launched.change("launch template version", facts.Replace, "launchTemplate.version",
			in{"launchTemplate": in{"id": "lt-0123456789abcdef0", "version": "2"}}),
		launched.change("launch template version unset", facts.Update, "launchTemplate.version",
			in{"launchTemplate": in{"id": "lt-0123456789abcdef0"}}),
		attachment.change("attached policy", facts.Replace, "policyArn",
			in{"policyArn": "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"}).deleteFirst(),
		targets.change("target group port", facts.Replace, "port", in{"port": 8081}),
		targets.change("target group delay", facts.Update, "deregistrationDelay", in{"deregistrationDelay": 60}),
		targets.change("target group protocol version set", facts.Same, "", in{"protocolVersion": "HTTP1"}),
		balancer.change("application balancer loses a subnet", facts.Update, "subnets[1]",
			in{"subnets": []any{"subnet-0123456789abcdef0"}}),
		balancer.between("network balancer loses a subnet", facts.Replace, "subnets[1]",
			in{"loadBalancerType": "network"},
			in{"loadBalancerType": "network", "subnets": []any{"subnet-0123456789abcdef0"}}),
	}
}

func dataCases() []Case {
	return []Case{
		volume.change("volume size", facts.Update, "size", in{"size": 40}),
		volume.change("volume zone", facts.Replace, "availabilityZone", in{"availabilityZone": "us-east-1b"}),
		bucket.change("bucket tag", facts.Update, "tags.Name", in{"tags": in{"Name": "archive"}}),
		bucket.between("bucket name", facts.Replace, "bucket", in{"bucket": "one-backups"}, in{"bucket": "two-backups"}),
		bucket.between("bucket name left out", facts.Replace, "bucket", in{"bucket": "one-backups"}, nil),
		parameter.change("parameter value", facts.Update, "value", in{"value": `{"frozen":true}`}),
		parameter.between("parameter tier down", facts.Replace, "tier",
			in{"tier": "Advanced"}, in{"tier": "Standard"}).deleteFirst(),
		parameter.between("parameter tier up", facts.Update, "tier", in{"tier": "Standard"}, in{"tier": "Advanced"}),
		database.change("database identifier", facts.Update, "identifier", in{"identifier": "store"}),
		database.change("database name", facts.Replace, "dbName", in{"dbName": "store"}).deleteFirst(),
		database.change("database class", facts.Update, "instanceClass", in{"instanceClass": "db.m7g.large"}),
		database.change("database encryption", facts.Replace, "storageEncrypted",
			in{"storageEncrypted": false}).deleteFirst(),
		database.between("database engine without a given name", facts.Replace, "engine",
			in{"identifier": unset}, in{"identifier": unset, "engine": "mysql"}),
		cache.change("cache subnet group", facts.Replace, "subnetGroupName", in{"subnetGroupName": "other"}),
		cache.between("redis to valkey", facts.Update, "engine", in{}, in{"engine": "valkey"}),
		cache.between("valkey to redis", facts.Replace, "engine", in{"engine": "valkey"}, in{"engine": "redis"}),
		cache.change("cache version up", facts.Update, "engineVersion", in{"engineVersion": "7.2"}),
		cache.change("cache version down", facts.Replace, "engineVersion", in{"engineVersion": "7.0"}),
		cluster.change("cluster role", facts.Replace, "roleArn",
			in{"roleArn": "arn:aws:iam::123456789012:role/other"}).deleteFirst(),
		cluster.change("cluster version", facts.Update, "version", in{"version": "1.34"}),
		cluster.change("cluster add-ons, of which nobody knows", facts.Replace, "defaultAddonsToRemoves[0]",
			in{"defaultAddonsToRemoves": []any{"coredns"}}).deleteFirst(),
		password.change("password length", facts.Replace, "length", in{"length": 40}),
		config.change("config map data", facts.Replace, "data.mode", in{"data": in{"mode": "b"}}),
		config.change("config map label", facts.Update, "metadata.labels.app",
			in{"metadata": in{"labels": in{"app": "api"}}}),
	}
}
