package peering_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/peering"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const (
	routeType   = "aws:ec2/route:Route"
	ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)

func side(ctx *pulumi.Context, region, suffix, cidr string) (peering.Side, error) {
	provider, err := aws.NewProvider(ctx, "aws"+suffix, &aws.ProviderArgs{Region: pulumi.String(region)})
	if err != nil {
		return peering.Side{}, err
	}
	net, err := network.New(ctx, "net"+suffix, &network.Args{
		Region: region, CIDR: cidr, Zones: map[string]string{"a": region + "a", "b": region + "b"},
		Tiers: []network.Tier{network.App, network.Data},
	}, pulumi.Providers(provider))
	return peering.Side{
		Network: net, Provider: provider,
		Databases: map[string]pulumi.StringInput{
			"aurora": pulumi.String("sg-items" + suffix), "aurora-users": pulumi.String("sg-users" + suffix),
		},
	}, err
}

// program joins two networks; the config names an edit.
func program(edits map[string]func(*peering.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		home, err := side(ctx, "us-east-1", "", "10.0.0.0/16")
		if err != nil {
			return err
		}
		secondary, err := side(ctx, "us-west-2", "-secondary", "10.1.0.0/16")
		if err != nil {
			return err
		}
		args := &peering.Args{Home: home, Secondary: secondary}
		edit, _ := ctx.GetConfig("test:edit")
		if edit == "apart" {
			return nil
		}
		if change := edits[edit]; change != nil {
			change(args)
		}
		_, err = peering.New(ctx, "peering", args)
		return err
	}
}

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config["test:edit"] = name
	return run
}

func record(t *testing.T) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(nil), edited(""))
	require.NoError(t, err)
	return g
}

// One side asks, the other accepts, and nothing is set before.
func TestConnection(t *testing.T) {
	t.Parallel()
	g := record(t)
	asked, accepted := graphtest.Find(t, g, "peering-connection"), graphtest.Find(t, g, "peering-accepter")
	require.Equal(t, "us-west-2", asked.Inputs["peerRegion"])
	require.NotContains(t, asked.Inputs, "autoAccept", "AWS refuses it between regions")
	require.NotEqual(t, asked.Inputs["vpcId"], asked.Inputs["peerVpcId"])
	require.Equal(t, true, accepted.Inputs["autoAccept"])
	for _, name := range []string{
		"peering-home-names", "peering-secondary-names", "peering-home-route-data", "peering-secondary-route-app-a",
	} {
		require.Contains(t, graphtest.Find(t, g, name).Options.DependsOn, accepted.URN, name)
	}
	require.Equal(t, map[string]any{"allowRemoteVpcDnsResolution": true},
		graphtest.Find(t, g, "peering-home-names").Inputs["requester"])
	require.Equal(t, map[string]any{"allowRemoteVpcDnsResolution": true},
		graphtest.Find(t, g, "peering-secondary-names").Inputs["accepter"])
}

// P30: what belongs to a side is made in its region.
func TestRegions(t *testing.T) {
	t.Parallel()
	for _, r := range record(t).Resources {
		if !strings.HasPrefix(r.Name, "peering-") {
			continue
		}
		want := "::aws"
		if strings.HasPrefix(r.Name, "peering-secondary-") || r.Name == "peering-accepter" {
			want = "::aws-secondary"
		}
		require.True(t, strings.HasSuffix(r.Options.Provider, want), "%s has %q", r.Name, r.Options.Provider)
	}
}

// Private tiers find the other network, public ones do not.
func TestRoutes(t *testing.T) {
	t.Parallel()
	g := record(t)
	var routes []string
	for _, name := range graphtest.Names(g, routeType) {
		if strings.HasPrefix(name, "peering-") {
			routes = append(routes, name)
		}
	}
	require.ElementsMatch(t, []string{
		"peering-home-route-app-a", "peering-home-route-app-b", "peering-home-route-data",
		"peering-secondary-route-app-a", "peering-secondary-route-app-b", "peering-secondary-route-data",
	}, routes)
	home, secondary := graphtest.Find(t, g, "peering-home-route-data"), graphtest.Find(t, g, "peering-secondary-route-data")
	require.Equal(t, "10.1.0.0/16", home.Inputs["destinationCidrBlock"])
	require.Equal(t, "10.0.0.0/16", secondary.Inputs["destinationCidrBlock"])
	require.Contains(t, home.Options.DependsOn, graphtest.Find(t, g, "net-data").URN)
	require.Contains(t, secondary.Options.DependsOn, graphtest.Find(t, g, "net-secondary-data").URN)
}

// Apps of either side get to every database of the other, at its port alone.
func TestFirewall(t *testing.T) {
	t.Parallel()
	g := record(t)
	require.Len(t, graphtest.Names(g, ingressType), 8, "two databases and two app subnets on either side")
	for name, want := range map[string][]any{
		"peering-home-aurora-from-a":            {"sg-items", "10.1.16.0/20"},
		"peering-home-aurora-users-from-b":      {"sg-users", "10.1.80.0/20"},
		"peering-secondary-aurora-from-a":       {"sg-items-secondary", "10.0.16.0/20"},
		"peering-secondary-aurora-users-from-b": {"sg-users-secondary", "10.0.80.0/20"},
	} {
		rule := graphtest.Find(t, g, name).Inputs
		require.Equal(t, want, []any{rule["securityGroupId"], rule["cidrIpv4"]}, name)
		require.Equal(t, []any{5432.0, 5432.0}, []any{rule["fromPort"], rule["toPort"]}, name)
		require.NotContains(t, rule, "referencedSecurityGroupId", "a group counts in its own region only")
	}
}

// Joining only adds, and so does another database.
func TestOnlyAdds(t *testing.T) {
	t.Parallel()
	run := program(map[string]func(*peering.Args){
		"one database": func(a *peering.Args) { delete(a.Home.Databases, "aurora-users") },
	})
	for _, from := range []string{"apart", "one database"} {
		diff, err := graph.Compare(run, edited(from), edited(""))
		require.NoError(t, err)
		require.NotEmpty(t, diff.Create)
		require.Empty(t, diff.Update)
		require.Empty(t, diff.Replace)
		require.Empty(t, diff.Delete)
	}
}
