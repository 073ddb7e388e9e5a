package network_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func program(args *network.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := network.New(ctx, "net", args)
		return err
	}
}

func twoZones() *network.Args {
	return &network.Args{Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b"}}
}

func TestSubnets(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(twoZones()))
	a, b := graphtest.Find(t, g, "net-public-a"), graphtest.Find(t, g, "net-public-b")
	require.Equal(t, "10.0.0.0/20", a.Inputs["cidrBlock"])
	require.Equal(t, "10.0.64.0/20", b.Inputs["cidrBlock"], "slot b starts at the second quarter")
	require.Equal(t, "us-east-1b", b.Inputs["availabilityZone"])
	require.Empty(t, graphtest.Names(g, "aws:ec2/natGateway:NatGateway"), "public subnets need no NAT")
}

func TestDefaultSecurityGroupHasNoRules(t *testing.T) {
	t.Parallel()
	group := graphtest.Find(t, graphtest.Record(t, program(twoZones())), "net-default")
	require.NotContains(t, group.Inputs, "ingress")
	require.NotContains(t, group.Inputs, "egress")
}

// Growing by a zone, wherever it comes in the alphabet of zones, only adds.
func TestNewZoneOnlyAdds(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"us-east-1c", "us-east-1f"} {
		grown := twoZones()
		grown.Zones["c"] = zone
		diff := compare(t, program(twoZones()), program(grown))
		require.Empty(t, diff.Update)
		require.Empty(t, diff.Replace)
		require.Empty(t, diff.Delete)
		require.Len(t, diff.Create, 2, "a subnet and its route table association")
	}
}

// compare runs one program, then another over what the first made.
func compare(t *testing.T, before, after pulumi.RunFunc) *graph.Diff {
	t.Helper()
	from, to := graphtest.Run(), graphtest.Run()
	to.Config = map[string]string{"aws:region": "us-east-1", "test:after": "yes"}
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		if _, yes := ctx.GetConfig("test:after"); yes {
			return after(ctx)
		}
		return before(ctx)
	}, from, to)
	require.NoError(t, err)
	return diff
}

// A later phase adds tiers; what stands is not even updated.
func TestNewTiersOnlyAdd(t *testing.T) {
	t.Parallel()
	withData, withBoth := twoZones(), twoZones()
	withData.Tiers = []network.Tier{network.Data}
	withBoth.Tiers = []network.Tier{network.App, network.Data}
	for _, diff := range []*graph.Diff{
		compare(t, program(twoZones()), program(withData)), compare(t, program(withData), program(withBoth)),
	} {
		require.NotEmpty(t, diff.Create)
		require.Empty(t, diff.Update)
		require.Empty(t, diff.Replace)
		require.Empty(t, diff.Delete)
	}
}

// Each private subnet goes out through its own zone; the data tier does not go out.
func TestPrivateTiers(t *testing.T) {
	t.Parallel()
	args := twoZones()
	args.Tiers = []network.Tier{network.App, network.Data}
	g := graphtest.Record(t, program(args))
	require.Equal(t, "10.0.80.0/20", graphtest.Find(t, g, "net-app-b").Inputs["cidrBlock"])
	require.Equal(t, "10.0.32.0/20", graphtest.Find(t, g, "net-data-a").Inputs["cidrBlock"])
	require.Equal(t, []string{"net-nat-a", "net-nat-b"}, graphtest.Names(g, "aws:ec2/natGateway:NatGateway"))
	require.ElementsMatch(t, []string{"net-app-a-out-internet", "net-app-b-out-internet", "net-public-internet"},
		graphtest.Names(g, "aws:ec2/route:Route"), "no route leads from the data tier to the internet")
	require.True(t, graphtest.Find(t, g, "net-nat-a-address").Options.Protect)
}

// What joins networks finds ranges and the private tiers' ways out.
func TestWhatJoinsNetworks(t *testing.T) {
	t.Parallel()
	args := twoZones()
	args.Tiers = []network.Tier{network.App, network.Data}
	var net *network.Network
	graphtest.Record(t, func(ctx *pulumi.Context) (err error) {
		net, err = network.New(ctx, "net", args)
		return err
	})
	require.Equal(t, "10.0.0.0/16", net.CIDR)
	require.Equal(t, []string{"10.0.16.0/20", "10.0.80.0/20"}, []string{net.App[0].CIDR, net.App[1].CIDR})
	var tables []string
	for _, table := range net.Private {
		tables = append(tables, table.Name)
	}
	require.Equal(t, []string{"app-a", "app-b", "data"}, tables)
}

func TestAnotherRangeReplacesTheNetwork(t *testing.T) {
	t.Parallel()
	moved := twoZones()
	moved.CIDR = "10.8.0.0/16"
	diff := compare(t, program(twoZones()), program(moved))
	var replaced []string
	for _, change := range diff.Replace {
		replaced = append(replaced, change.Name)
	}
	require.Contains(t, replaced, "net-vpc")
	require.Contains(t, replaced, "net-public-a", "a subnet cannot outlive its VPC")
}

// Every range that is accepted is cut into 16 subnets that lie inside it and apart from each other.
func TestPlanIsAPartition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(16, 22).Draw(t, "bits")
		second := rapid.IntRange(0, 255).Draw(t, "second")
		vpc := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(second), 0, 0}), bits)
		var all []netip.Prefix
		for _, tiers := range network.Plan(vpc) {
			for _, text := range tiers {
				subnet := netip.MustParsePrefix(text)
				require.True(t, vpc.Contains(subnet.Addr()), "%s in %s", subnet, vpc)
				require.Equal(t, subnet, subnet.Masked())
				for _, other := range all {
					require.False(t, subnet.Overlaps(other), "%s and %s", subnet, other)
				}
				all = append(all, subnet)
			}
		}
		require.Len(t, all, 16)
	})
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args *network.Args
		want []string
	}{
		"nil": {nil, []string{"Region: got nothing", "Zones: got 0, want 1 to 4 zones"}},
		"too small": {
			&network.Args{Region: "us-east-1", CIDR: "10.0.0.0/24", Zones: twoZones().Zones},
			[]string{`network "net": CIDR: got "10.0.0.0/24", want /16 to /22`},
		},
		"overlap and public": {
			&network.Args{
				Region: "us-east-1", CIDR: "8.8.0.0/16", Zones: twoZones().Zones, Reserved: []string{"8.8.4.0/24"},
			},
			[]string{"want a range that does not overlap the reserved 8.8.4.0/24", "want a private range"},
		},
		"not a start": {
			&network.Args{Region: "us-east-1", CIDR: "10.0.1.0/16", Zones: twoZones().Zones},
			[]string{"want the start of the range: 10.0.0.0/16"},
		},
		"zones": {
			&network.Args{Region: "us-east-1", Zones: map[string]string{"a": "eu-west-1a", "z": "us-east-1a"}},
			[]string{`Zones.a: got "eu-west-1a", want a zone of us-east-1`, `"slot z", want the slots a, b, c and d`},
		},
		"one zone twice": {
			&network.Args{Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1a"}},
			[]string{"slot a has this one"},
		},
		"tiers": {
			&network.Args{
				Region: "us-east-1", Zones: twoZones().Zones,
				Tiers: []network.Tier{network.Public, network.Data, network.Data},
			},
			[]string{"Tiers[0]: got 0, want network.App or network.Data", "Tiers[2]: got 2, want each tier once"},
		},
		"no range": {
			&network.Args{Region: "us-east-1", CIDR: "here", Zones: twoZones().Zones},
			[]string{`CIDR: got "here", want an IPv4 range such as 10.0.0.0/16`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := graphtest.Error(t, program(c.args))
			for _, want := range c.want {
				require.Contains(t, text, want)
			}
		})
	}
}
