package cache_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/internal/graph"
)

// compare says what a changed argument does; from is the edit of the cache as it stands.
func compare(t *testing.T, from, to func(*cache.Args)) *graph.Diff {
	t.Helper()
	diff, err := graph.Compare(program(map[string]func(*cache.Args){"from": from, "to": to}), edited("from"), edited("to"))
	require.NoError(t, err)
	return diff
}

// Growing never makes a new cache, in whatever direction and from wherever.
func TestGrowthOnlyUpdates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to func(*cache.Args)
		changed  []string
	}{
		"1 to 3 nodes": {
			none, func(a *cache.Args) { a.ReplicasPerShard = 2 },
			[]string{"multiAzEnabled", "replicasPerNodeGroup"},
		},
		"1 to 3 shards":   {none, func(a *cache.Args) { a.Shards = 3 }, []string{"numNodeGroups"}},
		"3 to 1 shards":   {func(a *cache.Args) { a.Shards = 3 }, none, []string{"numNodeGroups"}},
		"phase 3 to 4":    {phase3, phase4, []string{"nodeType", "numNodeGroups", "replicasPerNodeGroup"}},
		"larger nodes":    {none, func(a *cache.Args) { a.NodeType = "cache.r8g.16xlarge" }, []string{"nodeType"}},
		"smaller nodes":   {phase3, func(a *cache.Args) { a.ReplicasPerShard = 2 }, []string{"nodeType"}},
		"a minor version": {none, func(a *cache.Args) { a.Version = "8.2" }, []string{"engineVersion"}},
		"another window": {
			none, func(a *cache.Args) { a.MaintenanceWindow = "tue:01:00-tue:03:00" },
			[]string{"maintenanceWindow"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff := compare(t, c.from, c.to)
			require.Equal(t, []string{"cache-group"}, names(diff.Update))
			require.Equal(t, c.changed, diff.Update[0].Changed)
			require.Empty(t, diff.Replace)
			require.Empty(t, diff.Create)
			require.Empty(t, diff.Delete)
		})
	}
}

// phase4 is three shards of two nodes.
func phase4(a *cache.Args) { a.NodeType, a.Shards, a.ReplicasPerShard = "cache.r7g.xlarge", 3, 1 }

func TestSameArgumentsChangeNothing(t *testing.T) {
	t.Parallel()
	diff := compare(t, phase4, phase4)
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
}

// A new zone is taken into the subnet group; a new client adds a rule, whatever its name.
func TestNewSurroundings(t *testing.T) {
	t.Parallel()
	diff := compare(t, func(a *cache.Args) { a.Subnets = a.Subnets[:2] }, none)
	require.Equal(t, []string{"cache-subnets"}, names(diff.Update))
	require.Empty(t, diff.Replace)

	diff = compare(t, none, func(a *cache.Args) { a.Clients["api"] = pulumi.String("sg-0123456789abcdef1") })
	require.Equal(t, []string{"cache-firewall-api"}, names(diff.Create))
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
}

// A new major version needs parameters of its family, made and taken before the old ones go.
func TestMajorVersion(t *testing.T) {
	t.Parallel()
	diff := compare(t, func(a *cache.Args) { a.Version = "7.2" }, none)
	require.Equal(t, []string{"cache-parameters"}, names(diff.Replace))
	require.Equal(t, []string{"family"}, diff.Replace[0].Changed)
	require.Equal(t, []string{"cache-group"}, names(diff.Update))
	require.Equal(t, []string{"engineVersion", "parameterGroupName"}, diff.Update[0].Changed)
}

// What does replace the cache, and that its successor can stand beside it: no name is given that both would claim.
func TestReplacementDoesNotCollide(t *testing.T) {
	t.Parallel()
	group := func(change func(*elasticache.ReplicationGroupArgs)) *graph.Diff {
		return compareWith(t, "cache-group", func(p pulumi.Input) { change(p.(*elasticache.ReplicationGroupArgs)) })
	}
	for input, diff := range map[string]*graph.Diff{
		"engineVersion":   compare(t, func(a *cache.Args) { a.Version = "8.1" }, none),
		"kmsKeyId":        group(func(a *elasticache.ReplicationGroupArgs) { a.KmsKeyId = pulumi.String("another") }),
		"subnetGroupName": group(func(a *elasticache.ReplicationGroupArgs) { a.SubnetGroupName = pulumi.String("another") }),
		"engine":          group(func(a *elasticache.ReplicationGroupArgs) { a.Engine = pulumi.String("redis") }),
	} {
		require.Equal(t, []string{"cache-group"}, names(diff.Replace), input)
		require.Equal(t, []string{input}, diff.Replace[0].Changed)
		require.False(t, diff.Replace[0].Stateful)
	}
	for _, r := range record(t, none).Resources {
		if !strings.HasPrefix(r.Name, "cache-") {
			continue
		}
		require.NotContains(t, r.Inputs, "replicationGroupId", r.Name)
		if r.Name != "cache-logs" { // one as long as the stack lives
			require.NotContains(t, r.Inputs, "name", r.Name)
		}
		require.False(t, r.Options.DeleteBeforeReplace, r.Name)
	}
}

// compareWith changes the inputs of a child, as no argument can, and says what that does.
func compareWith(t *testing.T, child string, change func(props pulumi.Input)) *graph.Diff {
	t.Helper()
	var changes bool
	run := program(nil, pulumi.Transformations([]pulumi.ResourceTransformation{
		func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if changes && args.Name == child {
				change(args.Props)
			}
			return nil
		},
	}))
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		name, _ := ctx.GetConfig("test:edit")
		changes = name == "after"
		return run(ctx)
	}, edited("before"), edited("after"))
	require.NoError(t, err)
	return diff
}
