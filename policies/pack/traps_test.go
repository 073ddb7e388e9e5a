package pack_test

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/policies/rule"
)

const (
	natKind      = "aws:ec2/natGateway:NatGateway"
	addressKind  = "aws:ec2/eip:Eip"
	endpointKind = "aws:ec2/vpcEndpoint:VpcEndpoint"
	instanceKind = "aws:ec2/instance:Instance"
	rdsKind      = "aws:rds/instance:Instance"
	memberKind   = "aws:rds/clusterInstance:ClusterInstance"
	cacheKind    = "aws:elasticache/replicationGroup:ReplicationGroup"
	balancerKind = "aws:lb/loadBalancer:LoadBalancer"
	aclKind      = "aws:wafv2/webAcl:WebAcl"
	edgeKind     = "aws:cloudfront/distribution:Distribution"
)

func nat(names ...string) []graph.Resource {
	var list []graph.Resource
	for _, name := range names {
		list = append(
			list, rule.Resource(addressKind, name+"-address", rule.In{"domain": "vpc"}),
			rule.Resource(natKind, name, rule.In{}, rule.URN(addressKind, name+"-address")),
		)
	}
	return list
}

func endpoints(zones int, names ...string) []graph.Resource {
	var list []graph.Resource
	for _, name := range names {
		list = append(list, rule.Resource(endpointKind, name, rule.In{
			"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1." + name, "subnetIds": make([]any, zones),
		}))
	}
	return list
}

func firewall() []graph.Resource {
	link := rule.Resource("aws:wafv2/webAclAssociation:WebAclAssociation", "link", rule.In{}, rule.URN(aclKind, "waf"))
	return []graph.Resource{link, rule.Resource(aclKind, "waf", rule.In{"scope": "REGIONAL", "rules": []any{
		rule.In{"name": "a"}, rule.In{"name": "b"}, rule.In{"name": "c"},
	}})}
}

// whole means that the rule speaks of the bill, and that the dollars of the trap are what is added to it.
const whole = "the whole bill"

// The traps of cost.md 5 that a phase can fall into: the naive choice is found by the right rule, with the right
// dollars. Where cost.md counts otherwise than docs/cost.md, policies/cost has the difference and the reason.
func TestTraps(t *testing.T) {
	t.Parallel()
	type stack = []graph.Resource
	adds := func(more ...graph.Resource) func(*testing.T, stack) stack {
		return func(_ *testing.T, r stack) stack { return in(r, more...) }
	}
	sets := func(kind, prefix string, value any, path ...string) func(*testing.T, stack) stack {
		return func(t *testing.T, r stack) stack { t.Helper(); return set(t, r, kind, prefix, value, path...) }
	}
	same := func(_ *testing.T, r stack) stack { return r }
	full := rule.In{"logSample": 1.0}
	for _, trap := range []struct {
		phase   int
		name    string
		change  func(*testing.T, stack) stack
		traffic map[string]any
		rule    string
		about   string
		usd     float64
	}{
		{1, "t4g.medium", sets(instanceKind, "server", "t4g.medium", "instanceType"), nil, "band-total", whole, -24.53},
		{1, "a NAT gateway", adds(nat("nat")...), nil, "nat-share", "", 36.50},
		{1, "a NAT gateway, the bill", adds(nat("nat")...), nil, "band-total", whole, 36.50},
		// And 0.98 for capacity units, which cost.md leaves out.
		{1, "ALB", adds(rule.Resource(balancerKind, "alb", rule.In{"subnets": []any{"a", "b"}})), nil, "balancer-share", "", 24.71},
		{1, "three endpoints", adds(endpoints(1, "ssm", "ssmmessages", "ec2messages")...), nil, "endpoint-share", "", 21.90},
		{1, "EKS", adds(rule.Resource("aws:eks/cluster:Cluster", "eks", rule.In{"version": "1.35"})), nil, "band-total", whole, 73},
		{
			1, "t4g at full load", sets(instanceKind, "server", "unlimited", "creditSpecification", "cpuCredits"),
			rule.In{"peakQps": 2000.0, "loadFactor": 1.0},
			"burst-credits", "", 40.88,
		},
		// cost.md adds 912 GB that do not pass them; 35 GB of logs and packages do.
		{2, "three NAT gateways", adds(nat("a", "b", "c")...), nil, "nat-share", "", 109.50 + 1.59},
		{2, "three NAT gateways, the bill", adds(nat("a", "b", "c")...), nil, "band-total", whole, 109.50 + 1.59},
		{2, "five endpoints", adds(endpoints(2, "a", "b", "c", "d", "e")...), nil, "band-total", whole, 73},
		{2, "m7g.large", sets(rdsKind, "", "db.m7g.large", "instanceClass"), nil, "band-total", whole, 748 - 447.62},
		{2, "m7g.large, its share", sets(rdsKind, "", "db.m7g.large", "instanceClass"), nil, "db-class", "", 245.28*2 + 46 + 0.6},
		{2, "WAF", adds(firewall()...), nil, "per-request-edge", "", 304 * 0.60},
		{2, "CloudFront", adds(rule.Resource(edgeKind, "edge", api)), nil, "per-request-edge", "", 304},
		// 152 GB less 5 free, and 0.03 a GB kept.
		{2, "full logs", same, full, "logs-share", "", 147*0.50 + 152*0.03 + 0.4},
		{2, "Extended Support", sets(rdsKind, "postgres-primary", "12", "engineVersion"), nil, "extended-support", "", 8 * 0.10 * 730},
		{2, "Extended Support, the bill", sets(rdsKind, "postgres-primary", "12", "engineVersion"), nil, "band-total", whole, 584},
		{3, "WAF", adds(firewall()...), nil, "per-request-edge", "", 1824},
		{3, "CloudFront", adds(rule.Resource(edgeKind, "edge", api)), nil, "per-request-edge", "", 3041 + 90},
		{
			3, "API Gateway", adds(rule.Resource("aws:apigatewayv2/api:Api", "api", rule.In{})), nil,
			"per-request-edge", "", 2767,
		},
		{3, "full logs", same, full, "logs-share", "", 1520 * 0.53},
		{3, "r7g.2xlarge", sets(memberKind, "", "db.r7g.2xlarge", "instanceClass"), nil, "db-class", "", 2*1211 + 361.64},
		{3, "Redis OSS", sets(cacheKind, "", "redis", "engine"), nil, "cache-engine", "", 69},
		{3, "S3 through NAT", func(_ *testing.T, r stack) stack {
			return without(r, endpointKind, "net-s3")
		}, nil, "s3-endpoint", "", 225},
		// Counting addresses as free: one for each machine, NAT gateway and zone of the load balancer.
		{1, "five addresses", adds(nat("a", "b", "c", "d")...), nil, "ipv4-count", "", 5 * 3.65},
	} {
		t.Run(strconv.Itoa(trap.phase)+" "+trap.name, func(t *testing.T) {
			t.Parallel()
			objective := map[string]any{}
			if trap.traffic != nil {
				objective["traffic"] = trap.traffic
			}
			good := recorded(t, trap.phase, nil)
			require.Empty(t, of(trap.rule, pack.Check(good, today)), "the phase as it is shipped")
			want := trap.usd
			if trap.about == whole {
				want += total(t, trap.phase, good)
			}
			bad := trap.change(t, recorded(t, trap.phase, objective))
			found := of(trap.rule, pack.Check(bad, today))
			require.NotEmpty(t, found)
			require.InEpsilon(t, want, dollars(t, found[0].Message), 0.02, found[0].Message)
		})
	}
}

var api = rule.In{"defaultCacheBehavior": rule.In{"allowedMethods": []any{"GET", "HEAD", "POST"}}}

var amount = regexp.MustCompile(`(\d+\.\d\d) USD`)

// dollars are the first that a message speaks of.
func dollars(t *testing.T, message string) float64 {
	t.Helper()
	match := amount.FindStringSubmatch(message)
	require.NotNil(t, match, message)
	value, err := strconv.ParseFloat(match[1], 64)
	require.NoError(t, err)
	return value
}

func total(t *testing.T, number int, resources []graph.Resource) float64 {
	t.Helper()
	book, err := price.Default()
	require.NoError(t, err)
	bill, err := cost.Estimate(resources, traffic.Default(number), phase.Table[number-1], book, today)
	require.NoError(t, err)
	return bill.Total.Expected
}

// A bill above its band says at what load the budget is spent.
func TestBreakEvenIsSaid(t *testing.T) {
	t.Parallel()
	found := of("band-total", pack.Check(recorded(t, 3, map[string]any{"traffic": map[string]any{"loadFactor": 0.5}}), today))
	require.Len(t, found, 1)
	require.Regexp(t, `the ceiling is reached at a mean of \d+ requests/s \(the stated mean is 5000\)`, found[0].Message)
}

// RDS Proxy stays in the band.
func TestProxyIsAllowed(t *testing.T) {
	t.Parallel()
	bad := in(recorded(t, 2, nil), rule.Resource("aws:rds/proxy:Proxy", "proxy", rule.In{}))
	require.False(t, pack.Mandatory(pack.Check(bad, today)))
}

// Without a name nothing leads a user from a server that fails to the other: told, and not refused.
func TestNamelessFleetIsTold(t *testing.T) {
	t.Parallel()
	nameless := without(recorded(t, 2, nil), "aws:route53/record:Record", "")
	nameless = without(nameless, "aws:route53/healthCheck:HealthCheck", "")
	found := of("slo-paper", pack.Check(nameless, today))
	require.Len(t, found, 1)
	require.Equal(t, rule.Advisory, found[0].Level)
	require.Contains(t, found[0].Message, "set ladder:domain")

	named := without(recorded(t, 2, nil), "aws:route53/healthCheck:HealthCheck", "")
	found = of("slo-paper", pack.Check(named, today))
	require.Len(t, found, 1)
	require.Equal(t, rule.Mandatory, found[0].Level)
}
