package cost

import (
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
)

// item is a resource with where it belongs.
type item struct {
	*graph.Resource
	component string // top level
	region    string // of its provider; empty when the provider is not among the resources or does not say
}

// index finds what belongs together. A resource knows its own kind through the URNs that its inputs come from: an
// identifier in an input may be known only after an update, the URN is always.
type index struct {
	items []*item
	byURN map[string]*item
	users map[relation][]*item // what depends on a resource
	kinds map[string][]*item   // by type
}

type relation struct{ urn, kind string }

func newIndex(resources []graph.Resource) *index {
	x := &index{
		items: make([]*item, len(resources)), byURN: make(map[string]*item, len(resources)),
		users: map[relation][]*item{}, kinds: map[string][]*item{},
	}
	for i := range resources {
		it := &item{Resource: &resources[i]}
		x.items[i], x.byURN[it.URN] = it, it
		x.kinds[it.Type] = append(x.kinds[it.Type], it)
	}
	regions := x.regions()
	for _, it := range x.items {
		it.component = x.component(it)
		it.region = regions[it.Options.Provider]
		if !strings.HasPrefix(it.Type, "aws:") {
			it.region = regions[""] // what a cluster makes, stands where everything does
		}
		for _, urn := range it.Options.DependsOn {
			r := relation{urn, it.Type}
			x.users[r] = append(x.users[r], it)
		}
	}
	return x
}

const providerPrefix = "pulumi:providers:"

// regions are those of the AWS providers by URN. What names none has the one that all have.
func (x *index) regions() map[string]string {
	found := map[string]string{}
	var distinct []string
	for _, provider := range x.kinds[providerPrefix+"aws"] {
		region, _ := text(provider.Inputs, "region")
		found[provider.URN] = region
		if region != "" && !slices.Contains(distinct, region) {
			distinct = append(distinct, region)
		}
	}
	if len(distinct) == 1 {
		found[""] = distinct[0]
	}
	return found
}

// component is the name at the top of the chain of parents; no chain is longer than the resources.
func (x *index) component(it *item) string {
	for range x.items {
		parent := x.byURN[it.Parent]
		if parent == nil || parent.Type == "pulumi:pulumi:Stack" {
			break
		}
		it = parent
	}
	return it.Name
}

// needs are the resources of a type that a resource takes inputs from or waits for.
func (x *index) needs(it *item, kind string) []*item {
	var found []*item
	for _, urn := range it.Options.DependsOn {
		if other := x.byURN[urn]; other != nil && other.Type == kind {
			found = append(found, other)
		}
	}
	return found
}

// usedBy are the resources of a type that take inputs from a resource or wait for it.
func (x *index) usedBy(it *item, kind string) []*item { return x.users[relation{it.URN, kind}] }

// zones that a resource may stand in: its own, or its subnets'.
func (x *index) zones(it *item) []string {
	if zone, known := text(it.Inputs, "availabilityZone"); known && zone != "" {
		return []string{zone}
	}
	var zones []string
	for _, subnet := range x.needs(it, subnetType) {
		zone, _ := text(subnet.Inputs, "availabilityZone")
		if zone == "" {
			zone = subnet.URN // one zone each, as far as is known
		}
		if !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	return zones
}

const (
	subnetType       = "aws:ec2/subnet:Subnet"
	instanceType     = "aws:ec2/instance:Instance"
	groupType        = "aws:autoscaling/group:Group"
	templateType     = "aws:ec2/launchTemplate:LaunchTemplate"
	volumeType       = "aws:ebs/volume:Volume"
	eipType          = "aws:ec2/eip:Eip"
	eipLinkType      = "aws:ec2/eipAssociation:EipAssociation"
	natType          = "aws:ec2/natGateway:NatGateway"
	endpointType     = "aws:ec2/vpcEndpoint:VpcEndpoint"
	balancerType     = "aws:lb/loadBalancer:LoadBalancer"
	balancerTypeALB  = "aws:alb/loadBalancer:LoadBalancer"
	acceleratorType  = "aws:globalaccelerator/accelerator:Accelerator"
	databaseType     = "aws:rds/instance:Instance"
	clusterType      = "aws:rds/cluster:Cluster"
	memberType       = "aws:rds/clusterInstance:ClusterInstance"
	globalType       = "aws:rds/globalCluster:GlobalCluster"
	scalingType      = "aws:appautoscaling/target:Target"
	cacheType        = "aws:elasticache/replicationGroup:ReplicationGroup"
	cacheClusterType = "aws:elasticache/cluster:Cluster"
	logGroupType     = "aws:cloudwatch/logGroup:LogGroup"
	alarmType        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	dashboardType    = "aws:cloudwatch/dashboard:Dashboard"
	recordType       = "aws:route53/record:Record"
	distributionType = "aws:cloudfront/distribution:Distribution"
	aclType          = "aws:wafv2/webAcl:WebAcl"
	aclLinkType      = "aws:wafv2/webAclAssociation:WebAclAssociation"
	bucketType       = "aws:s3/bucketV2:BucketV2"
	bucketTypeNew    = "aws:s3/bucket:Bucket"
	lifecycleType    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	lifecycleTypeNew = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
	objectType       = "aws:s3/bucketObjectv2:BucketObjectv2"
	secretType       = "aws:secretsmanager/secret:Secret"
	keyType          = "aws:kms/key:Key"
	eksClusterType   = "aws:eks/cluster:Cluster"
	eksNodesType     = "aws:eks/nodeGroup:NodeGroup"
	queueType        = "aws:sqs/queue:Queue"
	topicType        = "aws:sns/topic:Topic"
	subscriptionType = "aws:sns/topicSubscription:TopicSubscription"
)

// custom resources exist in a cloud; components and providers do not.
func custom(kind string) bool {
	return !strings.HasPrefix(kind, "ladder:") && !strings.HasPrefix(kind, "pulumi:")
}
