package dns_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func program(args *dns.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := dns.New(ctx, "dns", args)
		return err
	}
}

func servers(targets ...dns.Target) *dns.Args {
	return &dns.Args{Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC", Targets: targets}
}

func server(name string, weight int) dns.Target {
	return dns.Target{Name: name, Weight: weight, Address: pulumi.String("192.0.2.1"), Checked: true}
}

func balancer(name string, weight int) dns.Target {
	return dns.Target{Name: name, Weight: weight, Balancer: &dns.Balancer{
		DNSName: pulumi.String("web-1.us-east-1.elb.amazonaws.com"), ZoneID: pulumi.String("Z35SXDOTRQ7X7K"),
	}}
}

func region(name string) dns.Target {
	return dns.Target{Name: name, Region: name, Checked: true, Balancer: balancer(name, 0).Balancer}
}

// Each server that is asked for its health is asked for its readiness, and its record depends on the answer.
func TestServersStepInForEachOther(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(servers(server("app-1", 100), server("app-2", 100))))
	for _, name := range []string{"app-1", "app-2"} {
		record := graphtest.Find(t, g, "dns-"+name).Inputs
		require.Equal(t, name, record["setIdentifier"])
		require.Equal(t, []any{map[string]any{"weight": 100.0}}, record["weightedRoutingPolicies"])
		require.NotEmpty(t, record["healthCheckId"])
		health := graphtest.Find(t, g, "dns-"+name+"-health").Inputs
		require.Equal(t, "/readyz", health["resourcePath"])
		require.Equal(t, "HTTP", health["type"], "HTTPS costs three times as much")
	}
}

// A move between phases adds a target and shifts the weights: what is there is neither replaced nor deleted.
func TestAMoveOnlyShiftsWeights(t *testing.T) {
	t.Parallel()
	run := func(step string) graph.Run {
		r := graphtest.Run()
		r.Config["test:step"] = step
		return r
	}
	steps := map[string]*dns.Args{
		"before": servers(server("app-1", 100)),
		"shift":  servers(server("app-1", 95), balancer("web", 5)),
	}
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		step, _ := ctx.GetConfig("test:step")
		return program(steps[step])(ctx)
	}, run("before"), run("shift"))
	require.NoError(t, err)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
	require.Len(t, diff.Create, 1)
	require.Len(t, diff.Update, 1)
}

func TestBalancerIsAnAlias(t *testing.T) {
	t.Parallel()
	record := graphtest.Find(t, graphtest.Record(t, program(servers(balancer("web", 100)))), "dns-web").Inputs
	require.NotContains(t, record, "ttl")
	require.Equal(t, true, record["aliases"].([]any)[0].(map[string]any)["evaluateTargetHealth"])
}

// Users reach the region that is nearest, and the other one within 90 seconds when it fails.
func TestRegionsStepInForEachOther(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(servers(region("us-east-1"), region("us-west-2"))))
	for _, name := range []string{"us-east-1", "us-west-2"} {
		record := graphtest.Find(t, g, "dns-"+name).Inputs
		require.Equal(t, []any{map[string]any{"region": name}}, record["latencyRoutingPolicies"])
		require.NotContains(t, record, "weightedRoutingPolicies")
		require.Equal(t, true, record["aliases"].([]any)[0].(map[string]any)["evaluateTargetHealth"])
		require.NotEmpty(t, record["healthCheckId"])
		health := graphtest.Find(t, g, "dns-"+name+"-health").Inputs
		require.Equal(t, []any{"HTTPS", "web-1.us-east-1.elb.amazonaws.com", "/readyz"},
			[]any{health["type"], health["fqdn"], health["resourcePath"]})
		seconds := health["requestInterval"].(float64)*health["failureThreshold"].(float64) + 60 // the time to live
		require.LessOrEqual(t, seconds, 120.0, "99.99 % leaves 263 seconds a month")
	}
}

// A name keeps its weighted record when regions come: the record then points at their name, and is not replaced.
func TestAWeightedNameComesToServeRegions(t *testing.T) {
	t.Parallel()
	build := func(ctx *pulumi.Context) error {
		if step, _ := ctx.GetConfig("test:step"); step == "before" {
			return program(servers(balancer("web", 100)))(ctx)
		}
		regions, err := dns.New(ctx, "regions", &dns.Args{
			Domain: "regions.shop.example.com", HostedZoneID: "Z0123456789ABC",
			Targets: []dns.Target{region("us-east-1"), region("us-west-2")},
		})
		if err != nil {
			return err
		}
		return program(servers(dns.Target{Name: "web", Weight: 100, Balancer: regions.Balancer()}))(ctx)
	}
	run := func(step string) graph.Run {
		r := graphtest.Run()
		r.Config["test:step"] = step
		return r
	}
	diff, err := graph.Compare(build, run("before"), run("after"))
	require.NoError(t, err)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
	require.Len(t, diff.Update, 1)
	require.Equal(t, "dns-web", diff.Update[0].Name)

	g, err := graph.Record(build, run("after"))
	require.NoError(t, err)
	alias := graphtest.Find(t, g, "dns-web").Inputs["aliases"].([]any)[0]
	require.Equal(t, map[string]any{
		"name": "regions.shop.example.com", "zoneId": "Z0123456789ABC", "evaluateTargetHealth": true,
	}, alias)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	both := server("app-1", 1)
	both.Balancer = balancer("web", 1).Balancer
	checked := balancer("web", 1)
	checked.Checked = true
	weighted, unknown, single := region("us-east-1"), region("us-east-1"), region("us-west-2")
	weighted.Weight, unknown.Region = 1, "east"
	single.Balancer, single.Address = nil, pulumi.String("192.0.2.1")
	for name, c := range map[string]struct {
		args *dns.Args
		want string
	}{
		"two kinds":         {servers(server("a", 1), region("us-east-1")), `Targets[1].Region: got "us-east-1", want a region for all`},
		"a region twice":    {servers(region("us-east-1"), region("us-east-1")), `Targets[1].Region: got "us-east-1", want another`},
		"a weighted region": {servers(weighted), "Targets[0].Weight: got 1, want 0 with a region"},
		"no such region":    {servers(unknown), `Targets[0].Region: got "east", want an AWS region`},
		"one server":        {servers(single), `Targets[0].Region: got "us-west-2", want a Balancer with it`},

		"no target":      {servers(), "Targets: got 0, want at least one"},
		"twice":          {servers(server("a", 1), server("a", 1)), `Targets[1].Name: got "a", want another name`},
		"weight over":    {servers(server("a", 256)), "Targets[0].Weight: got 256, want 0 to 255"},
		"weight under":   {servers(server("a", -1), server("b", 2)), "Targets[0].Weight: got -1"},
		"nobody":         {servers(server("a", 0)), "a weight above 0"},
		"a bad name":     {servers(server("A b", 1)), `Targets[0].Name: got "A b"`},
		"both":           {servers(both), "Targets[0].Address: got "},
		"neither":        {servers(dns.Target{Name: "a", Weight: 1}), "Targets[0].Address: got "},
		"checked alias":  {servers(checked), "Targets[0].Checked: got true, want false for a load balancer"},
		"unset balancer": {servers(dns.Target{Name: "a", Weight: 1, Balancer: &dns.Balancer{}}), "Balancer.ZoneID: got nothing"},
		"a bad domain": {
			&dns.Args{Domain: "Shop", HostedZoneID: "Z0123456789ABC", Targets: []dns.Target{server("a", 1)}}, `Domain: got "Shop"`,
		},
		"a bad zone": {
			&dns.Args{Domain: "a.example", HostedZoneID: "x", Targets: []dns.Target{server("a", 1)}}, `HostedZoneID: got "x"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, graphtest.Error(t, program(c.args)), c.want)
		})
	}
}
