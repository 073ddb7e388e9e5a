package cost_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/traffic"
)

const (
	natKind       = "aws:ec2/natGateway:NatGateway"
	eipKind       = "aws:ec2/eip:Eip"
	endpointKind  = "aws:ec2/vpcEndpoint:VpcEndpoint"
	balancerKind  = "aws:lb/loadBalancer:LoadBalancer"
	instanceKind  = "aws:ec2/instance:Instance"
	groupKind     = "aws:autoscaling/group:Group"
	rdsKind       = "aws:rds/instance:Instance"
	memberKind    = "aws:rds/clusterInstance:ClusterInstance"
	clusterKind   = "aws:rds/cluster:Cluster"
	cacheKind     = "aws:elasticache/replicationGroup:ReplicationGroup"
	aclKind       = "aws:wafv2/webAcl:WebAcl"
	aclLinkKind   = "aws:wafv2/webAclAssociation:WebAclAssociation"
	edgeKind      = "aws:cloudfront/distribution:Distribution"
	volumeKind    = "aws:ebs/volume:Volume"
	secretKind    = "aws:secretsmanager/secret:Secret"
	alarmKind     = "aws:cloudwatch/metricAlarm:MetricAlarm"
	parameterKind = "aws:ssm/parameter:Parameter"
)

var apiEdge = map[string]any{"defaultCacheBehavior": map[string]any{"allowedMethods": []any{"GET", "HEAD", "POST"}}}

func nat(name string) []graph.Resource {
	address := res(eipKind, name+"-address", map[string]any{"domain": "vpc"})
	return []graph.Resource{address, res(natKind, name, map[string]any{}, address.URN)}
}

func endpoint(name string, zones int) graph.Resource {
	subnets := make([]any, zones)
	for i := range subnets {
		subnets[i] = "subnet"
	}
	return res(endpointKind, name, map[string]any{
		"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1." + name, "subnetIds": subnets,
	})
}

func firewall() []graph.Resource {
	acl := res(aclKind, "waf", map[string]any{"scope": "REGIONAL", "rules": []any{
		map[string]any{"name": "a"}, map[string]any{"name": "b"}, map[string]any{"name": "c"},
	}})
	return []graph.Resource{acl, res(aclLinkKind, "waf-link", map[string]any{}, acl.URN)}
}

// The traps of cost.md 5 that a phase can fall into: the choice changes the bill by the dollars that are said there.
// Where it says less than all, more is added here, with the reason.
func TestTraps(t *testing.T) {
	t.Parallel()
	type change func(t *testing.T, r []graph.Resource, load *traffic.Model) []graph.Resource
	adds := func(more ...graph.Resource) change {
		return func(_ *testing.T, r []graph.Resource, _ *traffic.Model) []graph.Resource { return in(r, more...) }
	}
	sets := func(kind, prefix string, value any, path ...string) change {
		return func(t *testing.T, r []graph.Resource, _ *traffic.Model) []graph.Resource {
			t.Helper()
			return set(t, r, kind, prefix, value, path...)
		}
	}
	fullLogs := func(_ *testing.T, r []graph.Resource, load *traffic.Model) []graph.Resource {
		load.LogSample = 1
		return r
	}
	for name, trap := range map[string]struct {
		phase  int
		change change
		want   float64
	}{
		"1 t4g.medium":    {1, sets(instanceKind, "server", "t4g.medium", "instanceType"), -24.53},
		"1 a NAT gateway": {1, adds(nat("nat")...), 36.50},
		// And 0.98 for capacity units, which cost.md leaves out.
		"1 ALB": {1, adds(res(balancerKind, "alb", map[string]any{"subnets": []any{"a", "b"}})), 23.73 + 0.98},
		"1 three endpoints": {
			1, adds(endpoint("ssm", 1), endpoint("ssmmessages", 1), endpoint("ec2messages", 1)), 21.90,
		},
		"1 EKS": {1, adds(res("aws:eks/cluster:Cluster", "eks", map[string]any{"version": "1.35"})), 73.00},
		// 912 GB through NAT are left out: answers to users leave by their servers' addresses. 35 GB of logs and packages.
		"2 three NAT gateways": {
			2, adds(append(append(nat("a"), nat("b")...), nat("c")...)...), 109.50 + 1.59,
		},
		"2 five endpoints": {
			2, adds(endpoint("ssm", 2), endpoint("a", 2), endpoint("b", 2), endpoint("c", 2), endpoint("d", 2)), 73.00,
		},
		"2 m7g.large": {2, sets(rdsKind, "", "db.m7g.large", "instanceClass"), 748 - 447.62},
		"2 WAF":       {2, adds(firewall()...), 638 - 447.62},
		// 147 x 0.50 - 5.10 = 68.40, and 0.03 a GB for what is kept, which cost.md counts from phase 3 on.
		"2 full logs":        {2, fullLogs, 516 - 447.62 + 137*0.03},
		"2 Extended Support": {2, sets(rdsKind, "postgres-primary", "12", "engineVersion"), 1032 - 447.62},
		"2 RDS Proxy":        {2, adds(res("aws:rds/proxy:Proxy", "proxy", map[string]any{})), 21.90},
		"3 WAF":              {3, adds(firewall()...), 1824},
		"3 API Gateway":      {3, adds(res("aws:apigatewayv2/api:Api", "api", map[string]any{})), 2767},
		// And 90 for the static requests, 705 for the data in place of 830 of egress, and 2 of capacity units less.
		"3 CloudFront": {3, adds(res(edgeKind, "edge", apiEdge)), 3041 + 90 + 705 - 830 - 2},
		// And 1,368 GB through the NAT gateways, on the way to CloudWatch.
		"3 full logs":   {3, fullLogs, 725 + 1368*0.045},
		"3 r7g.2xlarge": {3, sets(memberKind, "", "db.r7g.2xlarge", "instanceClass"), 1211},
		"3 Redis OSS":   {3, sets(cacheKind, "", "redis", "engine"), 69},
		// Full logs of three hops are no trap yet: the pods ship none.
		"4 WAF":         {4, adds(firewall()...), 18244},
		"4 API Gateway": {4, adds(res("aws:apigatewayv2/api:Api", "api", map[string]any{})), 27395},
		// The web ACL of the pages sees them all, too; data leaves for less.
		"4 CloudFront": {
			4, sets(edgeKind, "", []any{"GET", "HEAD", "POST"}, "defaultCacheBehavior", "allowedMethods"), 30406 + 18244 + 5519 - 7850,
		},
		"4 Extended Support": {4, sets("aws:eks/cluster:Cluster", "", "1.33", "version"), 2 * 365},
		"4 Aurora Standard":  {4, sets(clusterKind, "", "", "storageType"), 1067},
		"3 S3 through NAT": {3, func(_ *testing.T, r []graph.Resource, _ *traffic.Model) []graph.Resource {
			return without(r, endpointKind, "net-s3")
		}, 225},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := recorded(t, trap.phase)
			load := traffic.Default(trap.phase)
			before := bill(t, trap.phase, good, load).Total.Expected
			bad := trap.change(t, good, &load)
			delta := bill(t, trap.phase, bad, load).Total.Expected - before
			require.InEpsilon(t, trap.want, delta, 0.02)
		})
	}
}

// cost.md counts 304 for the requests and saves all of the egress. What is loaded stays within CloudFront's first TB,
// which is free.
func TestTrapCloudFrontInPhase2(t *testing.T) {
	t.Parallel()
	load := traffic.Default(2)
	good := recorded(t, 2)
	before := bill(t, 2, good, load)
	after := bill(t, 2, in(good, res(edgeKind, "edge", apiEdge)), load)
	require.Zero(t, items(after, "data to the internet"))
	require.InEpsilon(t, 304, items(after, "requests to CloudFront"), 0.02)
	require.Zero(t, items(after, "data out of CloudFront"))
	require.Greater(t, after.Total.Expected, 500.0)
	require.InDelta(t, 304-74.93, after.Total.Expected-before.Total.Expected, 1)
}

// A T class that is billed for what it uses above its baseline, at full load all month.
func TestTrapProcessorCredits(t *testing.T) {
	t.Parallel()
	full := traffic.Default(1)
	full.PeakQPS, full.LoadFactor = 2000, 1
	standard := recorded(t, 1)
	unlimited := set(t, standard, instanceKind, "server", "unlimited", "creditSpecification", "cpuCredits")
	delta := bill(t, 1, unlimited, full).Total.Expected - bill(t, 1, standard, full).Total.Expected
	require.InEpsilon(t, 40.88, delta, 0.02)

	// So does each machine of a group.
	template := res("aws:ec2/launchTemplate:LaunchTemplate", "template", map[string]any{"instanceType": "t4g.large"})
	group := res(groupKind, "group", map[string]any{"minSize": 3.0, "maxSize": 3.0}, template.URN)
	full.PeakQPS = 10_000
	b := bill(t, 1, alone(template, group), full)
	require.InEpsilon(t, 3*40.88, items(b, "processor credits"), 0.02)

	// As many requests as the phase is built for stay below the baseline.
	require.Zero(t, items(bill(t, 1, unlimited, traffic.Default(1)), "processor credits"))
}

// Every public address costs, whoever has it.
func TestTrapAddresses(t *testing.T) {
	t.Parallel()
	b := bill(t, 3, recorded(t, 3), traffic.Default(3))
	require.InDelta(t, 6*3.65, items(b, "public IPv4"), 0.001)
}
