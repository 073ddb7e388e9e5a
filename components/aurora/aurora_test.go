package aurora_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const (
	clusterType  = "aws:rds/cluster:Cluster"
	instanceType = "aws:rds/clusterInstance:ClusterInstance"
	endpointType = "aws:rds/clusterEndpoint:ClusterEndpoint"
	ruleType     = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)

// edit changes the arguments of phase 3's cluster; second is another key and another owner.
type edit func(args *aurora.Args, second spare)

type spare struct {
	key   *key.Key
	owner *credential.Credential
}

func newSpare(ctx *pulumi.Context, name, owner string) (spare, error) {
	k, err := key.New(ctx, name, nil)
	if err != nil {
		return spare{}, err
	}
	c, err := credential.New(ctx, owner, &credential.Args{Username: owner, Key: k})
	return spare{k, c}, err
}

// program makes a cluster of a writer and two readers in three zones. The config names an edit, so that one
// program can compare two; outside changes what the component asks for, as AWS and other components do.
func program(edits map[string]edit, outside map[string]func(*rds.ClusterArgs)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		first, err := newSpare(ctx, "key", "ladder")
		if err != nil {
			return err
		}
		second, err := newSpare(ctx, "other-key", "shop")
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b", "c": "us-east-1c"},
		})
		if err != nil {
			return err
		}
		args := &aurora.Args{
			VPCID: net.VPCID, Subnets: net.Public, Clients: map[string]pulumi.StringInput{"web": pulumi.String("sg-web")},
			Key: first.key, Credential: first.owner, Major: 16, Class: "db.r7g.xlarge", Readers: aurora.Readers{Min: 2},
		}
		name, _ := ctx.GetConfig("test:edit")
		if change := edits[name]; change != nil {
			change(args, second)
		}
		_, err = aurora.New(ctx, "db", args, pulumi.Transformations([]pulumi.ResourceTransformation{
			func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
				if cluster, is := a.Props.(*rds.ClusterArgs); is && outside[name] != nil {
					outside[name](cluster)
				}
				return nil
			},
		}))
		return err
	}
}

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config["test:edit"] = name
	return run
}

func record(t *testing.T, change edit) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(map[string]edit{"edit": change}, nil), edited("edit"))
	require.NoError(t, err)
	return g
}

func phase3(*aurora.Args, spare) {}

func TestClusterIsKeptSafe(t *testing.T) {
	t.Parallel()
	cluster := graphtest.Find(t, record(t, phase3), "db-cluster")
	require.True(t, cluster.Options.Protect)
	for input, want := range map[string]any{
		"engine": "aurora-postgresql", "engineVersion": "16.4", "databaseName": "ladder", "masterUsername": "ladder",
		"storageEncrypted": true, "deletionProtection": true, "skipFinalSnapshot": false, "copyTagsToSnapshot": true,
		"backupRetentionPeriod": 7.0, "iamDatabaseAuthenticationEnabled": true, "applyImmediately": false,
		"masterPassword": graph.Secret, "enabledCloudwatchLogsExports": []any{"postgresql"},
	} {
		require.Equal(t, want, cluster.Inputs[input], input)
	}
	require.Contains(t, cluster.Inputs["kmsKeyId"], "arn:aws:kms:us-east-1:")
	require.NotContains(t, cluster.Inputs, "availabilityZones", "AWS fills them up to three, and a difference replaces")
}

// P1 to P3: one group, rules beside it, a description that never changes, and no way in but for clients.
func TestOnlyClientsGetIn(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *aurora.Args, _ spare) { a.Clients["jobs"] = pulumi.String("sg-jobs") })
	require.ElementsMatch(t, []string{"db-firewall-jobs", "db-firewall-web"}, graphtest.Names(g, ruleType))
	rule := graphtest.Find(t, g, "db-firewall-web").Inputs
	require.Equal(t, "sg-web", rule["referencedSecurityGroupId"])
	require.Equal(t, []any{5432.0, 5432.0}, []any{rule["fromPort"], rule["toPort"]})
	group := graphtest.Find(t, g, "db-firewall")
	require.NotContains(t, group.Inputs, "ingress")
	require.NotContains(t, group.Inputs, "egress")
	require.Equal(t, []string{"description"}, group.Options.IgnoreChanges)
	require.Empty(t, graphtest.Names(record(t, func(a *aurora.Args, _ spare) { a.Clients = nil }), ruleType))
	for _, name := range graphtest.Names(g, instanceType) {
		require.Equal(t, false, graphtest.Find(t, g, name).Inputs["publiclyAccessible"], name)
	}
}

// One zone after another; who takes over from the writer is of the writer's size.
func TestInstances(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *aurora.Args, _ spare) {
		a.Readers.Min, a.Readers.Analytics = 3, "db.r7g.2xlarge"
		a.Subnets = []network.Subnet{a.Subnets[2], a.Subnets[0], a.Subnets[1]} // the order is that of the slots
	})
	for name, want := range map[string][]any{
		"db-1":         {"us-east-1a", "db.r7g.xlarge", 0.0},
		"db-2":         {"us-east-1b", "db.r7g.xlarge", 1.0},
		"db-3":         {"us-east-1c", "db.r7g.xlarge", 1.0},
		"db-4":         {"us-east-1a", "db.r7g.xlarge", 1.0},
		"db-analytics": {"us-east-1c", "db.r7g.2xlarge", 15.0},
	} {
		instance := graphtest.Find(t, g, name)
		require.Equal(t, want, []any{
			instance.Inputs["availabilityZone"], instance.Inputs["instanceClass"], instance.Inputs["promotionTier"],
		}, name)
		require.Equal(t, true, instance.Inputs["performanceInsightsEnabled"], name)
		require.InDelta(t, 60, instance.Inputs["monitoringInterval"], 0, name)
		require.Contains(t, instance.Inputs["monitoringRoleArn"], ":role/db-monitoring-role-", name)
		if name != "db-1" {
			require.Contains(t, instance.Options.DependsOn, graphtest.Find(t, g, "db-1").URN, "AWS makes the first the writer")
		}
	}
	require.Len(t, graphtest.Names(g, instanceType), 5)
	require.Len(t, graphtest.Names(record(t, func(a *aurora.Args, _ spare) { a.Readers = aurora.Readers{} }), instanceType), 1)
}

// No two instances are maintained at once, none during the backup, the first one last, all on one day.
func TestMaintenanceIsApart(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *aurora.Args, _ spare) { a.Readers.Min, a.Readers.Analytics = 14, "db.r7g.large" })
	cluster := graphtest.Find(t, g, "db-cluster").Inputs
	start, end, _ := strings.Cut(cluster["preferredMaintenanceWindow"].(string), "-")
	require.Less(t, "sun:"+cluster["preferredBackupWindow"].(string), start)
	starts, latest := map[string]string{start: "cluster"}, ""
	for _, name := range graphtest.Names(g, instanceType) {
		start, over, _ := strings.Cut(graphtest.Find(t, g, name).Inputs["preferredMaintenanceWindow"].(string), "-")
		require.Regexp(t, `^sun:\d\d:[03]0$`, start)
		require.Empty(t, starts[start], "%s and %s", name, starts[start])
		require.GreaterOrEqual(t, start, end, name)
		require.Less(t, start, over, name)
		starts[start], latest = name, max(latest, start)
	}
	require.Equal(t, "db-1", starts[latest])
	require.Len(t, starts, 17)
}

func TestReaderEndpoint(t *testing.T) {
	t.Parallel()
	require.Empty(t, graphtest.Names(record(t, phase3), endpointType), "AWS's own holds all readers")
	g := record(t, func(a *aurora.Args, _ spare) { a.Readers.Analytics = "db.r7g.2xlarge" })
	only := graphtest.Find(t, g, "db-analytics-endpoint").Inputs["staticMembers"].([]any)
	require.Len(t, only, 1)
	require.Regexp(t, `^db-analytics-\d+$`, only[0])
	readers := graphtest.Find(t, g, "db-readers-endpoint").Inputs
	require.Equal(t, only, readers["excludedMembers"], "what autoscaling adds joins by itself")
	require.Equal(t, "READER", readers["customEndpointType"])
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	outputs := func(change edit) map[string]string {
		got := map[string]string{}
		run := func(ctx *pulumi.Context) error {
			own, err := newSpare(ctx, "key", "ladder")
			if err != nil {
				return err
			}
			args := &aurora.Args{
				VPCID: pulumi.String("vpc-1"), Subnets: subnets("a", "b"), Key: own.key, Credential: own.owner, Major: 16,
				Readers: aurora.Readers{Min: 1},
			}
			change(args, spare{})
			db, err := aurora.New(ctx, "db", args)
			if err != nil {
				return err
			}
			pulumi.All(db.Writer, db.Reader, db.Analytics, db.Port, db.SecurityGroupID, db.ClusterID, db.ResourceID).
				ApplyT(func(values []any) error {
					for i, name := range []string{"writer", "reader", "analytics", "port", "group", "cluster", "resource"} {
						got[name] = fmt.Sprint(values[i])
					}
					return nil
				})
			return nil
		}
		graphtest.Record(t, run)
		return got
	}
	plain := outputs(phase3)
	require.Regexp(t, `^db-[0-9a-f]{8}$`, plain["cluster"])
	require.Regexp(t, `^`+plain["cluster"]+`\.cluster-c\w{11}\.us-east-1\.rds\.amazonaws\.com$`, plain["writer"])
	require.Regexp(t, `^`+plain["cluster"]+`\.cluster-ro-c`, plain["reader"])
	require.Equal(t, "5432", plain["port"])
	require.Empty(t, plain["analytics"])
	require.Regexp(t, `^sg-0[0-9a-f]{16}$`, plain["group"])
	require.Regexp(t, `^cluster-[0-9A-Z]{26}$`, plain["resource"])
	split := outputs(func(a *aurora.Args, _ spare) { a.Readers.Analytics = "db.r7g.large" })
	require.Regexp(t, `-readers\.cluster-custom-c`, split["reader"])
	require.Regexp(t, `-analytics\.cluster-custom-c`, split["analytics"])
}

func subnets(slots ...string) []network.Subnet {
	var list []network.Subnet
	for _, slot := range slots {
		list = append(list, network.Subnet{
			Slot: slot, Zone: "us-east-1" + slot, ID: pulumi.String("subnet-" + slot).ToStringOutput(),
		})
	}
	return list
}
