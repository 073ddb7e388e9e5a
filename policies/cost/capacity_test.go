package cost_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

func capacity(t *testing.T, number int, resources []graph.Resource) cost.Limits {
	t.Helper()
	return cost.Capacity(resources, traffic.Default(number), phase.Table[number-1])
}

func TestPhasesCarryTheirPeaks(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]struct {
		qps, zone, cold float64
		tightest        string
	}{
		1: {559, 0, 559, "app and database on one machine"},
		2: {1667, 1250, 1667, "app servers"},
		3: {13333, 13333, 11852, "app servers"},
		4: {110599, 165899, 77037, "cache"},
	} {
		l := capacity(t, number, recorded(t, number))
		require.InDelta(t, want.qps, l.QPS, 1, number)
		require.InDelta(t, want.zone, l.WithoutZone, 1, number)
		require.InDelta(t, want.cold, l.WithoutCache, 1, number)
		require.Equal(t, want.tightest, l.Tightest)
		require.NotEmpty(t, l.Arithmetic)
		peak := float64(phase.Table[number-1].PeakQPS)
		require.GreaterOrEqual(t, l.QPS, peak)
		if number < 4 { // decision 18
			require.GreaterOrEqual(t, l.WithoutCache, peak)
		}
		if number > 1 {
			require.GreaterOrEqual(t, l.WithoutZone, peak)
		}
		_, err := json.Marshal(l)
		require.NoError(t, err, "every figure is finite")
	}
}

func TestCapacityFollowsTheResources(t *testing.T) {
	t.Parallel()
	part := func(l cost.Limits, name string) cost.Limit {
		for _, p := range l.Parts {
			if p.Name == name {
				return p
			}
		}
		t.Fatalf("no part %q", name)
		return cost.Limit{}
	}
	two, three := recorded(t, 2), recorded(t, 3)

	single := without(two, instanceKind, "app-2")
	require.Zero(t, capacity(t, 2, single).WithoutZone, "one server in one zone")

	weak := set(t, two, rdsKind, "postgres-primary", false, "multiAz")
	require.Zero(t, part(capacity(t, 2, weak), "database, writes").WithoutZone, "no standby")

	lone := without(two, rdsKind, "postgres-replica-2")
	require.Zero(t, part(capacity(t, 2, lone), "database, reads").WithoutZone, "one replica in one zone")

	small := set(t, three, memberKind, "", "db.r7g.large", "instanceClass")
	require.Less(t, capacity(t, 3, small).WithoutCache, 10000.0, "the readers do not carry the peak without the cache")

	fragile := set(t, three, cacheKind, "", false, "multiAzEnabled")
	require.InDelta(t, part(capacity(t, 3, fragile), "database, reads").WithoutZone, 4*0.75/0.00054, 1,
		"the cache goes with its zone")

	// Credits of t4g.micro: 0.2 vCPU of baseline.
	tiny := set(t, recorded(t, 1), instanceKind, "server", "t4g.micro", "instanceType")
	require.InDelta(t, 0.2/(0.00179*0.11574), part(capacity(t, 1, tiny), "processor credits").QPS, 1)

	// db.t4g.micro has connections for 7 servers.
	crowded := set(t, two, rdsKind, "", "db.t4g.micro", "instanceClass")
	require.Contains(t, part(capacity(t, 2, crowded), "database connections").Arithmetic, "7 servers; there are 2")

	require.Equal(t, "nothing", cost.Capacity(nil, traffic.Default(1), phase.Table[0]).Tightest)
}

func TestAvailability(t *testing.T) {
	t.Parallel()
	promise := func(number int, resources []graph.Resource) cost.Promise {
		return cost.Availability(resources, phase.Table[number-1])
	}
	for number, want := range map[int]float64{1: 99.5, 2: 99.94, 3: 99.97, 4: 99.9999} {
		p := promise(number, recorded(t, number))
		require.InDelta(t, want, p.Percent, 0.0001, number)
		require.GreaterOrEqual(t, p.Percent, phase.Table[number-1].Availability)
		require.Empty(t, p.Missing)
		for _, part := range p.Chain {
			require.NotEmpty(t, part.Source)
		}
	}
	two, three := recorded(t, 2), recorded(t, 3)

	plain := promise(2, without(without(two, "aws:route53/record:Record", ""), "aws:route53/healthCheck:HealthCheck", ""))
	require.InDelta(t, 99.45, plain.Percent, 0.001, "each server for itself")
	require.Contains(t, plain.Missing[0], "ladder:domain")

	single := promise(2, set(t, two, rdsKind, "postgres-primary", false, "multiAz"))
	require.InDelta(t, 99.49, single.Percent, 0.001)

	// A cache that the database cannot do without is in the chain.
	small := promise(3, set(t, three, memberKind, "", "db.r7g.large", "instanceClass"))
	require.InDelta(t, 99.96, small.Percent, 0.001)
	require.Equal(t, "cache in several zones, cache-group", small.Chain[len(small.Chain)-1].Name)

	edge := promise(3, in(three, res(edgeKind, "edge", apiEdge)))
	require.InDelta(t, 99.97*0.999, edge.Percent, 0.001, "CloudFront before the API")
	static := promise(3, in(three, res(edgeKind, "edge", map[string]any{})))
	require.InDelta(t, 99.97, static.Percent, 0.001, "CloudFront before files only")

	require.Zero(t, promise(1, nil).Percent)
}

func TestTwoRegionsStandInForEachOther(t *testing.T) {
	t.Parallel()
	group := func(name, provider string) []graph.Resource {
		template := res("aws:ec2/launchTemplate:LaunchTemplate", name+"-t", map[string]any{"instanceType": "c7g.large"})
		group := res(groupKind, name, map[string]any{
			"minSize": 3.0, "maxSize": 6.0, "vpcZoneIdentifiers": []any{"a", "b", "c"},
		}, template.URN)
		balancer := res(balancerKind, name+"-alb", map[string]any{"subnets": []any{"a", "b", "c"}})
		list := []graph.Resource{template, group, balancer}
		for i := range list {
			list[i].Options.Provider = provider
		}
		return list
	}
	resources := append([]graph.Resource{provider("east", "us-east-1"), provider("west", "us-west-2")},
		append(group("a", "east"), group("b", "west")...)...)
	p := cost.Availability(resources, phase.Table[3])
	one := 0.9999 * 0.9999
	require.InDelta(t, 100*(1-(1-one)*(1-one)), p.Percent, 1e-6)
	require.Len(t, p.Chain, 4)
	require.Equal(t, "load balancer, us-east-1", p.Chain[0].Name)
}
