package globaldb_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// region is what stands in one region.
type region struct {
	in  pulumi.ResourceOption
	key *key.Key
	net *network.Network
}

func newRegion(ctx *pulumi.Context, name, suffix, cidr string) (region, error) {
	provider, err := aws.NewProvider(ctx, "aws"+suffix, &aws.ProviderArgs{Region: pulumi.String(name)})
	if err != nil {
		return region{}, err
	}
	r := region{in: pulumi.Providers(provider)}
	if r.key, err = key.New(ctx, "key"+suffix, nil, r.in); err != nil {
		return region{}, err
	}
	r.net, err = network.New(ctx, "net"+suffix, &network.Args{
		Region: name, CIDR: cidr, Zones: map[string]string{"a": name + "a", "b": name + "b"},
		Tiers: []network.Tier{network.App, network.Data},
	}, r.in)
	return r, err
}

// program is a cluster alone in one region; with the config "global" it is the primary of two.
func program(outside func(props pulumi.Input)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		home, err := newRegion(ctx, "us-east-1", "", "10.0.0.0/16")
		if err != nil {
			return err
		}
		user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: home.key}, home.in)
		if err != nil {
			return err
		}
		stage, _ := ctx.GetConfig("test:stage")
		args := &aurora.Args{
			VPCID: home.net.VPCID, Subnets: home.net.Data, Key: home.key, Credential: user, Major: 17,
			Readers: aurora.Readers{Min: 1},
		}
		if stage != "alone" {
			args.Global.Role = aurora.Primary
		}
		primary, err := aurora.New(ctx, "aurora", args, home.in, changed(stage, outside))
		if err != nil || stage == "alone" {
			return err
		}
		global, err := globaldb.New(ctx, "global", &globaldb.Args{Primary: primary, Region: "us-east-1"},
			home.in, changed(stage, outside))
		if err != nil {
			return err
		}
		there, err := newRegion(ctx, "us-west-2", "-secondary", "10.1.0.0/16")
		if err != nil {
			return err
		}
		_, err = aurora.New(ctx, "aurora-secondary", &aurora.Args{
			VPCID: there.net.VPCID, Subnets: there.net.Data, Key: there.key, Major: 17,
			Readers: aurora.Readers{Min: 1}, Global: global.Secondary(),
		}, there.in, changed(stage, outside))
		return err
	}
}

func changed(stage string, outside func(props pulumi.Input)) pulumi.ResourceOption {
	return pulumi.Transformations([]pulumi.ResourceTransformation{
		func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if stage == "outside" {
				outside(args.Props)
			}
			return nil
		},
	})
}

func at(stage string) graph.Run {
	run := graphtest.Run()
	run.Config["test:stage"] = stage
	return run
}

func TestGlobalCluster(t *testing.T) {
	t.Parallel()
	g, err := graph.Record(program(nil), at("global"))
	require.NoError(t, err)
	cluster := graphtest.Find(t, g, "global-cluster")
	primary, secondary := graphtest.Find(t, g, "aurora-cluster"), graphtest.Find(t, g, "aurora-secondary-cluster")
	require.Contains(t, cluster.Inputs["sourceDbClusterIdentifier"], "arn:aws:rds:us-east-1:")
	require.Equal(t, "global-"+primary.Inputs["clusterIdentifier"].(string), cluster.Inputs["globalClusterIdentifier"])
	require.Equal(t, true, cluster.Inputs["deletionProtection"])
	require.Equal(t, true, cluster.Inputs["forceDestroy"], "the provider refuses a source without it")
	require.NotContains(t, cluster.Inputs, "engine", "the source's; the provider refuses both")
	require.True(t, cluster.Options.Protect)
	// P9.
	require.Equal(t, []string{"databaseName", "engineVersion"}, cluster.Options.IgnoreChanges)

	require.Equal(t, cluster.Inputs["globalClusterIdentifier"], secondary.Inputs["globalClusterIdentifier"])
	require.Equal(t, "us-east-1", secondary.Inputs["sourceRegion"])
	require.NotEqual(t, primary.Inputs["kmsKeyId"], secondary.Inputs["kmsKeyId"])
	require.Contains(t, secondary.Inputs["kmsKeyId"], "arn:aws:kms:us-west-2:")
	require.NotEqual(t, primary.Inputs["clusterIdentifier"], secondary.Inputs["clusterIdentifier"],
		"names of clusters are unique across the regions of a Global Database")
}

// A secondary comes after the primary's writer, which no input says.
func TestOrder(t *testing.T) {
	t.Parallel()
	g, err := graph.Record(program(nil), at("global"))
	require.NoError(t, err)
	cluster := graphtest.Find(t, g, "global-cluster")
	require.Contains(t, cluster.Options.DependsOn, graphtest.Find(t, g, "aurora-1").URN)
	require.Contains(t, graphtest.Find(t, g, "aurora-secondary-cluster").Options.DependsOn, cluster.URN)
}

// P30: everything stands where its provider says.
func TestRegions(t *testing.T) {
	t.Parallel()
	g, err := graph.Record(program(nil), at("global"))
	require.NoError(t, err)
	for _, r := range g.Resources {
		if !strings.HasPrefix(r.Type, "aws:") {
			continue
		}
		provider := "::aws"
		if strings.Contains(r.Name, "-secondary-") {
			provider = "::aws-secondary"
		}
		require.True(t, strings.HasSuffix(r.Options.Provider, provider), "%s has %q", r.Name, r.Options.Provider)
	}
}

// What stands is not even updated when it becomes the primary of two.
func TestOnlyAdds(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(program(nil), at("alone"), at("global"))
	require.NoError(t, err)
	require.NotEmpty(t, diff.Create)
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
}

// After a switchover, and after an upgrade of all members, there is nothing to do.
func TestSwitchoverIsNoDifference(t *testing.T) {
	t.Parallel()
	for name, outside := range map[string]func(props pulumi.Input){
		"switched over": func(props pulumi.Input) {
			if c, is := props.(*rds.ClusterArgs); is {
				c.EnableGlobalWriteForwarding = pulumi.Bool(c.GlobalClusterIdentifier == nil)
				c.ReplicationSourceIdentifier = pulumi.String("arn:aws:rds:us-west-2:123456789012:cluster:other")
				c.GlobalClusterIdentifier = pulumi.String("global")
			}
		},
		"upgraded": func(props pulumi.Input) {
			switch args := props.(type) {
			case *rds.ClusterArgs:
				args.EngineVersion = pulumi.String("17.9")
			case *rds.GlobalClusterArgs:
				args.EngineVersion, args.DatabaseName = pulumi.String("17.9"), pulumi.String("ladder")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program(outside), at("global"), at("outside"))
			require.NoError(t, err)
			require.Empty(t, diff.Create)
			require.Empty(t, diff.Update, diff.Text())
			require.Empty(t, diff.Replace, diff.Text())
		})
	}
}

func TestLag(t *testing.T) {
	t.Parallel()
	secondary := &aurora.Aurora{
		ClusterID: pulumi.String("aurora-secondary-1").ToStringOutput(), Global: aurora.Global{Region: "us-east-1"},
	}
	dimensions := globaldb.LagDimensions(secondary)
	require.Equal(t, pulumi.String("us-east-1"), dimensions["SourceRegion"])
	require.Equal(t, secondary.ClusterID, dimensions["DBClusterIdentifier"])
}

type mistake struct {
	edit func(*globaldb.Args)
	want string
}

var mistakes = map[string][]mistake{
	"Primary": {
		{func(a *globaldb.Args) { a.Primary = nil }, "Primary: got nothing, want an aurora component"},
		{func(a *globaldb.Args) { a.Primary = &aurora.Aurora{} }, `Primary: got "a cluster with the role \"\"", want one made with Global: aurora.Global{Role: aurora.Primary}`},
		{func(a *globaldb.Args) { a.Primary.Global.Role = aurora.Secondary }, `got "a cluster with the role \"secondary\"", want one`},
	},
	"Region": {
		{func(a *globaldb.Args) { a.Region = "" }, `Region: got "", want the primary's AWS region`},
		{func(a *globaldb.Args) { a.Region = "us-east-1a" }, `Region: got "us-east-1a", want the primary's AWS region`},
	},
}

func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[globaldb.Args]()
	require.Len(t, mistakes, fields.NumField())
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, list := range mistakes {
		for _, m := range list {
			t.Run(m.want, func(t *testing.T) {
				t.Parallel()
				args := &globaldb.Args{Region: "us-east-1", Primary: &aurora.Aurora{Global: aurora.Global{Role: aurora.Primary}}}
				m.edit(args)
				require.Contains(t, graphtest.Error(t, func(ctx *pulumi.Context) error {
					_, err := globaldb.New(ctx, "global", args)
					return err
				}), m.want)
			})
		}
	}
}

// The secondary's region, its class and its version are checked by aurora, with what globaldb gives it.
func TestMistakesOfASecondary(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		home, err := newRegion(ctx, "us-east-1", "", "")
		if err != nil {
			return err
		}
		global := &globaldb.GlobalDB{Region: "us-east-1", ID: pulumi.String("global").ToStringOutput()}
		_, err = aurora.New(ctx, "twin", &aurora.Args{
			VPCID: home.net.VPCID, Subnets: home.net.Data, Key: home.key, Major: 17, Class: "db.t4g.large",
			Global: global.Secondary(),
		}, home.in)
		return err
	})
	require.Contains(t, text, `Subnets: got "us-east-1a", want a zone of another region than us-east-1`)
	require.Contains(t, text, `Class: got "db.t4g.large", want a memory-optimised class`)
}

func TestMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := globaldb.New(ctx, "Global_DB", nil)
		return err
	})
	for _, want := range []string{`globaldb "Global_DB": name: got "Global_DB"`, "Primary", "Region"} {
		require.Contains(t, text, want)
	}
}
