package aurora_test

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// primary and secondary give a cluster its place; the tests' networks stand in us-east-1.
func primary(a *aurora.Args) { a.Global.Role = aurora.Primary }

func secondary(a *aurora.Args) {
	a.Credential = nil
	a.Global = aurora.Global{
		Role: aurora.Secondary, ClusterID: pulumi.String("global"), Version: pulumi.String("16.4"), Region: "eu-west-1",
	}
}

func asSecondary(a *aurora.Args, _ spare) { secondary(a) }

// A secondary has its primary's data, users and version, and a key of its own; its instances answer reads.
func TestSecondary(t *testing.T) {
	t.Parallel()
	g := record(t, asSecondary)
	cluster := graphtest.Find(t, g, "db-cluster")
	for input, want := range map[string]any{
		"globalClusterIdentifier": "global", "engineVersion": "16.4", "sourceRegion": "eu-west-1",
		"enableGlobalWriteForwarding": true, "storageEncrypted": true, "deletionProtection": true,
		"skipFinalSnapshot": false, "engine": "aurora-postgresql",
	} {
		require.Equal(t, want, cluster.Inputs[input], input)
	}
	require.Contains(t, cluster.Inputs["kmsKeyId"], "arn:aws:kms:us-east-1:")
	for _, input := range []string{"databaseName", "masterUsername", "masterPassword", "replicationSourceIdentifier"} {
		require.NotContains(t, cluster.Inputs, input)
	}
	require.True(t, cluster.Options.Protect)
	require.Equal(t, []string{"db-1", "db-2", "db-3"}, graphtest.Names(g, instanceType), "provisioned, as in the primary")
	require.NotContains(t, graphtest.Find(t, g, "db-id").Inputs["keepers"], "username")
}

// P9: what the global cluster, a switchover and an upgrade of all members write is no difference.
func TestMembersFollowTheGlobalCluster(t *testing.T) {
	t.Parallel()
	for role, place := range map[string]edit{"primary": asPrimary, "secondary": asSecondary} {
		g := record(t, place)
		require.Subset(t, graphtest.Find(t, g, "db-cluster").Options.IgnoreChanges, []string{
			"globalClusterIdentifier", "replicationSourceIdentifier", "snapshotIdentifier", "engineVersion",
			"enableGlobalWriteForwarding",
		}, role)
		for outside, change := range map[string]func(*rds.ClusterArgs){
			"switched over": func(c *rds.ClusterArgs) {
				c.EnableGlobalWriteForwarding = pulumi.Bool(role == "primary")
				c.ReplicationSourceIdentifier = pulumi.String("the other one")
			},
			"upgraded": func(c *rds.ClusterArgs) { c.EngineVersion = pulumi.String("17.5") },
			"left":     func(c *rds.ClusterArgs) { c.GlobalClusterIdentifier = nil },
		} {
			t.Run(role+" "+outside, func(t *testing.T) {
				t.Parallel()
				diff, err := graph.Compare(program(map[string]edit{"here": place, "outside": place},
					map[string]func(*rds.ClusterArgs){"outside": change}), edited("here"), edited("outside"))
				require.NoError(t, err)
				require.Empty(t, touched(diff))
			})
		}
	}
}

func asPrimary(a *aurora.Args, _ spare) { primary(a) }

// A cluster joins as it is: neither it nor an instance is updated, and nothing comes or goes.
func TestJoiningInPlace(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(program(map[string]edit{"joined": asPrimary}, nil), edited(""), edited("joined"))
	require.NoError(t, err)
	require.Empty(t, touched(diff), diff.Text())
}

// A secondary grows as every cluster does, and only another key or another primary's region replaces it.
func TestSecondaryGrows(t *testing.T) {
	t.Parallel()
	edits := map[string]edit{
		"here": asSecondary,
		"grown": func(a *aurora.Args, _ spare) {
			secondary(a)
			a.Readers.Min, a.Class = 3, "db.r8g.4xlarge"
		},
		"moved": func(a *aurora.Args, _ spare) { secondary(a); a.Global.Region = "eu-west-3" },
	}
	diff, err := graph.Compare(program(edits, nil), edited("here"), edited("grown"))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"create db-4", "update db-1", "update db-2", "update db-3"}, touched(diff))
	diff, err = graph.Compare(program(edits, nil), edited("here"), edited("moved"))
	require.NoError(t, err)
	require.Contains(t, touched(diff), "replace db-cluster")
	require.Contains(t, touched(diff), "replace db-id", "its final snapshot gets another name")
}
