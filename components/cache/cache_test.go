package cache_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const groupType = "aws:elasticache/replicationGroup:ReplicationGroup"

// program makes a cache in three zones, by default of one node; the config names the edit of its arguments.
func program(edits map[string]func(*cache.Args), opts ...pulumi.ResourceOption) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1",
			Zones:  map[string]string{"a": "us-east-1a", "b": "us-east-1b", "c": "us-east-1c"},
		})
		if err != nil {
			return err
		}
		args := &cache.Args{
			VPCID: net.VPCID, Subnets: net.Public, Version: "8.0", Key: k,
			Clients: map[string]pulumi.StringInput{"web": pulumi.String("sg-0123456789abcdef0")},
		}
		name, _ := ctx.GetConfig("test:edit")
		if edit := edits[name]; edit != nil {
			edit(args)
		}
		c, err := cache.New(ctx, "cache", args, opts...)
		if err != nil {
			return err
		}
		ctx.Export("endpoint", c.Endpoint)
		return nil
	}
}

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config = map[string]string{"aws:region": "us-east-1", "test:edit": name}
	return run
}

func record(t *testing.T, edit func(*cache.Args)) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(map[string]func(*cache.Args){"edit": edit}), edited("edit"))
	require.NoError(t, err)
	return g
}

func group(t *testing.T, edit func(*cache.Args)) map[string]any {
	t.Helper()
	return graphtest.Find(t, record(t, edit), "cache-group").Inputs
}

func none(*cache.Args) {}

// phase3 is three nodes in three zones, as phase 3 has them.
func phase3(a *cache.Args) { a.NodeType, a.ReplicasPerShard = "cache.m7g.large", 2 }

// Redis, and clusters outside of a replication group, cannot grow or change in place.
func TestAlwaysAValkeyReplicationGroup(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	require.Equal(t, []string{"cache-group"}, graphtest.Names(g, groupType))
	require.Empty(t, graphtest.Names(g, "aws:elasticache/cluster:Cluster"))
	inputs := graphtest.Find(t, g, "cache-group").Inputs
	require.Equal(t, "valkey", inputs["engine"])
	require.Equal(t, "8.0", inputs["engineVersion"])
	require.Equal(t, "cache.t4g.small", inputs["nodeType"])
	require.Subset(t, inputs, map[string]any{"numNodeGroups": 1.0, "replicasPerNodeGroup": 0.0})
	require.NotContains(t, inputs, "numCacheClusters", "it excludes shards")
}

// One node is a cluster already: the mode cannot be turned on in one step later.
func TestClusterModeFromBirth(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	require.Equal(t, "enabled", graphtest.Find(t, g, "cache-group").Inputs["clusterMode"])
	require.Equal(t, []any{
		map[string]any{"name": "cluster-enabled", "value": "yes"},
		map[string]any{"name": "maxmemory-policy", "value": "allkeys-lru"},
	}, graphtest.Find(t, g, "cache-parameters").Inputs["parameters"])
}

// Failover is on in every shape, as cluster mode wants it; Multi-AZ needs somebody to take over.
func TestMultiAZWithReplicas(t *testing.T) {
	t.Parallel()
	one, three := group(t, none), group(t, phase3)
	require.Equal(t, true, one["automaticFailoverEnabled"])
	require.Equal(t, false, one["multiAzEnabled"])
	require.Equal(t, true, three["automaticFailoverEnabled"])
	require.Equal(t, true, three["multiAzEnabled"])
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	inputs := group(t, none)
	require.Equal(t, true, inputs["transitEncryptionEnabled"])
	require.Equal(t, "required", inputs["transitEncryptionMode"])
	require.Equal(t, true, inputs["atRestEncryptionEnabled"])
	require.Contains(t, inputs["kmsKeyId"], "arn:aws:kms:", "the stack's key, not AWS's")
}

// The token is nowhere readable but in the secret, which the stack's key encrypts.
func TestToken(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	require.Equal(t, "[secret]", graphtest.Find(t, g, "cache-group").Inputs["authToken"])
	require.Equal(t, "[secret]", graphtest.Find(t, g, "cache-value").Inputs["secretString"])
	require.Contains(t, graphtest.Find(t, g, "cache-secret").Inputs["kmsKeyId"], "arn:aws:kms:")
	require.Equal(t, false, graphtest.Find(t, g, "cache-token").Inputs["special"], "AWS takes few special characters")
}

// A new token is one that the cache takes beside the old one, before any client can read it.
func TestRotation(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	group := graphtest.Find(t, g, "cache-group")
	require.Equal(t, "ROTATE", group.Inputs["authTokenUpdateStrategy"])
	require.Contains(t, graphtest.Find(t, g, "cache-value").Options.DependsOn, group.URN)
	require.False(t, graphtest.Find(t, g, "cache-token").Options.Protect, "pulumi up --replace must be able to")

	typ, err := facts.Lookup(groupType)
	require.NoError(t, err)
	with := func(token string) resource.PropertyMap {
		return resource.PropertyMap{"authToken": resource.MakeSecret(resource.NewProperty(token))}
	}
	diff := typ.Diff(with("old"), with("old"), with("new"))
	require.Equal(t, facts.Update, diff.Kind, "the nodes stay")
}

func TestPorts(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *cache.Args) {
		a.Clients = map[string]pulumi.StringInput{
			"web": pulumi.String("sg-0123456789abcdef0"), "jobs": pulumi.String("sg-0123456789abcdef1"),
		}
	})
	const ruleType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	require.Equal(t, []string{"cache-firewall-jobs", "cache-firewall-web"}, graphtest.Names(g, ruleType))
	require.Subset(t, graphtest.Find(t, g, "cache-firewall-web").Inputs, map[string]any{
		"fromPort": 6379.0, "toPort": 6379.0, "ipProtocol": "tcp",
		"referencedSecurityGroupId": "sg-0123456789abcdef0",
	})
	require.Empty(t, graphtest.Names(g, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"))
	firewall := graphtest.Find(t, g, "cache-firewall")
	require.NotContains(t, firewall.Inputs, "ingress", "rules inside the group fight with rules beside it")
	require.NotContains(t, firewall.Inputs, "egress")
	require.Equal(t, []string{"description"}, firewall.Options.IgnoreChanges)
}

func TestLogs(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	logs := graphtest.Find(t, g, "cache-logs").Inputs
	require.Equal(t, "/aws/vendedlogs/ladder/test/cache", logs["name"])
	require.InDelta(t, 30, logs["retentionInDays"], 0)
	kinds := map[any]bool{}
	for _, delivery := range graphtest.Find(t, g, "cache-group").Inputs["logDeliveryConfigurations"].([]any) {
		fields := delivery.(map[string]any)
		kinds[fields["logType"]] = true
		require.Equal(t, logs["name"], fields["destination"])
		require.Equal(t, "cloudwatch-logs", fields["destinationType"])
		require.Equal(t, "json", fields["logFormat"])
	}
	require.Equal(t, map[any]bool{"slow-log": true, "engine-log": true}, kinds)
	require.Equal(t, true, graphtest.Find(t, g, "cache-group").Inputs["applyImmediately"], "or AWS refuses log changes")
}

// ElastiCache cannot publish to an encrypted topic, and all of ours are; it would fall silent.
func TestNoEventsToATopic(t *testing.T) {
	t.Parallel()
	require.NotContains(t, group(t, phase3), "notificationTopicArn")
}

// A cache is filled again from the database: nothing of it may stand in the way of a change.
func TestRebuildable(t *testing.T) {
	t.Parallel()
	g := record(t, phase3)
	require.InDelta(t, 0, graphtest.Find(t, g, "cache-group").Inputs["snapshotRetentionLimit"], 0)
	require.False(t, graph.Stateful(groupType))
	for _, r := range g.Resources {
		if r.Parent == graphtest.Find(t, g, "cache").URN {
			require.False(t, r.Options.Protect, r.Name)
			require.False(t, r.Options.RetainOnDelete, r.Name)
		}
	}
}

func TestMaintenance(t *testing.T) {
	t.Parallel()
	inputs := group(t, none)
	require.Equal(t, "sun:05:00-sun:06:00", inputs["maintenanceWindow"])
	require.Equal(t, true, inputs["autoMinorVersionUpgrade"])
	inputs = group(t, func(a *cache.Args) { a.MaintenanceWindow = "sun:23:30-mon:01:00" })
	require.Equal(t, "sun:23:30-mon:01:00", inputs["maintenanceWindow"], "a window may pass the end of the week")
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	_, err := graph.Record(func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		c, err := cache.New(ctx, "cache", &cache.Args{
			VPCID: pulumi.String("vpc-0123456789abcdef0"), Version: "9.1", Key: k, Shards: 2, ReplicasPerShard: 1,
			Subnets: []network.Subnet{
				{Slot: "a", Zone: "us-east-1a", ID: pulumi.String("subnet-0123456789abcdef0").ToStringOutput()},
				{Slot: "b", Zone: "us-east-1b", ID: pulumi.String("subnet-0123456789abcdef1").ToStringOutput()},
			},
		})
		if err != nil {
			return err
		}
		require.Len(t, c.Nodes, 4)
		pulumi.All(c.Endpoint, c.SecretARN, c.SecurityGroupID, c.ID, c.Nodes[0], c.Nodes[3]).ApplyT(func(v []any) int {
			for i, name := range []string{"endpoint", "secret", "firewall", "id", "first", "last"} {
				seen[name] = v[i].(string)
			}
			return 0
		})
		return nil
	}, graphtest.Run())
	require.NoError(t, err)
	require.Regexp(t, `^clustercfg\..+\.amazonaws\.com:6379$`, seen["endpoint"], "the configuration endpoint")
	require.Regexp(t, `^arn:aws:secretsmanager:`, seen["secret"])
	require.Regexp(t, `^sg-`, seen["firewall"])
	require.Regexp(t, `^cache-group-[0-9a-f]{7}$`, seen["id"])
	require.Equal(t, seen["id"]+"-0001-001", seen["first"])
	require.Equal(t, seen["id"]+"-0002-002", seen["last"])
}

func names(changes []graph.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Name)
	}
	return list
}
