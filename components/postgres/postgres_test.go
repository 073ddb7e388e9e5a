package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const (
	instanceType = "aws:rds/instance:Instance"
	ruleType     = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)

// edit changes the arguments of phase 2's database; second is what it does not use.
type edit func(args *postgres.Args, second spare)

type spare struct {
	key  *key.Key
	zone network.Subnet
}

// program makes a database with two replicas in two of the network's three zones. The config names an edit, so
// that one program can compare two; watch, if given, sees what was made.
func program(edits map[string]edit, watch func(*postgres.Postgres)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		second, err := key.New(ctx, "other-key", nil)
		if err != nil {
			return err
		}
		user, err := credential.New(ctx, "owner", &credential.Args{Username: "ladder", Key: k})
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b", "c": "us-east-1c"},
		})
		if err != nil {
			return err
		}
		args := &postgres.Args{
			VPCID: net.VPCID, Subnets: net.Public[:2],
			Clients: map[string]pulumi.StringInput{"web": pulumi.String("sg-web")},
			Key:     k, Credential: user, Major: 16, Replicas: 2,
		}
		name, _ := ctx.GetConfig("test:edit")
		if change := edits[name]; change != nil {
			change(args, spare{second, net.Public[2]})
		}
		db, err := postgres.New(ctx, "db", args)
		if err == nil && watch != nil {
			watch(db)
		}
		return err
	}
}

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config = map[string]string{"aws:region": "us-east-1", "test:edit": name}
	return run
}

func record(t *testing.T, change edit) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(map[string]edit{"edit": change}, nil), edited("edit"))
	require.NoError(t, err)
	return g
}

func phase2(*postgres.Args, spare) {}

// instances returns those with a name that starts so.
func instances(g *graph.Graph, prefix string) []graph.Resource {
	var list []graph.Resource
	for _, r := range g.Resources {
		if r.Type == instanceType && strings.HasPrefix(r.Name, prefix) {
			list = append(list, r)
		}
	}
	return list
}

func TestPrimary(t *testing.T) {
	t.Parallel()
	g := record(t, phase2)
	primary := graphtest.Find(t, g, "db-primary").Inputs
	for input, want := range map[string]any{
		"engine": "postgres", "engineVersion": "16", "instanceClass": "db.t4g.medium", "dbName": "ladder",
		"username": "ladder", "password": graph.Secret, "port": 5432.0, "multiAz": true, "publiclyAccessible": false,
		"storageType": "gp3", "allocatedStorage": 100.0, "maxAllocatedStorage": 200.0, "storageEncrypted": true,
		"backupRetentionPeriod": 7.0, "deletionProtection": true, "deleteAutomatedBackups": false,
		"copyTagsToSnapshot": true, "iamDatabaseAuthenticationEnabled": true, "autoMinorVersionUpgrade": true,
		"performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 7.0, "monitoringInterval": 60.0,
		"caCertIdentifier": "rds-ca-rsa2048-g1", "allowMajorVersionUpgrade": true, "applyImmediately": true,
		"enabledCloudwatchLogsExports": []any{"postgresql", "upgrade"},
	} {
		require.Equal(t, want, primary[input], input)
	}
	require.NotEmpty(t, primary["kmsKeyId"])
	require.Equal(t, primary["kmsKeyId"], primary["performanceInsightsKmsKeyId"])
	require.NotContains(t, primary, "availabilityZone", "AWS picks two, and the primary moves between them")
	role := graphtest.Find(t, g, "db-monitoring")
	require.Contains(t, role.Inputs["assumeRolePolicy"], `"Service":["monitoring.rds.amazonaws.com"]`)
	require.Equal(t, "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
		graphtest.Find(t, g, "db-monitoring-policy").Inputs["policyArn"])
}

// The windows keep apart: backups, then each replica's maintenance on a day of its own, then the primary's.
func TestWindowsKeepApart(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *postgres.Args, _ spare) { a.Replicas = 5 })
	primary := graphtest.Find(t, g, "db-primary").Inputs
	require.Equal(t, "03:00-04:00", primary["backupWindow"])
	require.Equal(t, "sun:05:00-sun:06:00", primary["maintenanceWindow"])
	seen := map[any]bool{}
	for _, replica := range instances(g, "db-replica-") {
		window := replica.Inputs["maintenanceWindow"]
		require.Regexp(t, `^sat:(0[5-9]|10):00-sat:(0[5-9]|1[01]):00$`, window, "after the backup")
		require.False(t, seen[window], "one after another")
		seen[window] = true
	}
	require.Len(t, seen, 5)
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	g := record(t, phase2)
	primary := graphtest.Find(t, g, "db-primary")
	for name, zone := range map[string]string{"db-replica-1": "us-east-1a", "db-replica-2": "us-east-1b"} {
		replica := graphtest.Find(t, g, name)
		require.Equal(t, primary.Inputs["identifier"], replica.Inputs["replicateSourceDb"])
		require.Equal(t, zone, replica.Inputs["availabilityZone"], "zones by slot")
		for _, same := range []string{
			"instanceClass", "parameterGroupName", "vpcSecurityGroupIds", "storageEncrypted", "storageType",
			"allocatedStorage", "maxAllocatedStorage", "iamDatabaseAuthenticationEnabled", "performanceInsightsKmsKeyId",
		} {
			require.Equal(t, primary.Inputs[same], replica.Inputs[same], same)
		}
		for _, refused := range []string{ // AWS takes them from the primary
			"engine", "engineVersion", "username", "password", "dbName", "kmsKeyId", "dbSubnetGroupName", "port", "multiAz",
			"backupRetentionPeriod", "backupWindow", "finalSnapshotIdentifier",
		} {
			require.NotContains(t, replica.Inputs, refused)
		}
		require.Equal(t, true, replica.Inputs["skipFinalSnapshot"], "AWS takes none of a replica")
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	var db *postgres.Postgres
	g, err := graph.Record(program(map[string]edit{"edit": func(a *postgres.Args, _ spare) {
		a.Replicas, a.Promoted = 3, map[int]int{2: 0}
	}}, func(made *postgres.Postgres) { db = made }), edited("edit"))
	require.NoError(t, err)
	require.Len(t, db.Readers, 2, "a promoted one serves no reads of the others")
	require.Len(t, db.Promoted, 1)
	require.Len(t, db.InstanceIDs, 4)
	require.Len(t, db.ResourceIDs, 4)
	id := graphtest.Find(t, g, "db-primary").Inputs["identifier"].(string)
	require.Regexp(t, `^db-[0-9a-f]{8}$`, id)
	require.Equal(t, id+"-replica-2", graphtest.Find(t, g, "db-replica-2").Inputs["identifier"])
}

func TestOnlyClientsGetIn(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *postgres.Args, _ spare) { a.Clients["jobs"] = pulumi.String("sg-jobs") })
	group := graphtest.Find(t, g, "db-firewall")
	require.Equal(t, []string{"description"}, group.Options.IgnoreChanges, "another one would replace the group")
	require.NotContains(t, group.Inputs, "ingress")
	require.NotContains(t, group.Inputs, "egress")
	require.ElementsMatch(t, []string{"db-firewall-jobs", "db-firewall-web"}, graphtest.Names(g, ruleType))
	rule := graphtest.Find(t, g, "db-firewall-jobs").Inputs
	require.Equal(t, "sg-jobs", rule["referencedSecurityGroupId"])
	require.Equal(t, []any{5432.0, 5432.0, "tcp"}, []any{rule["fromPort"], rule["toPort"], rule["ipProtocol"]})
	require.NotContains(t, rule, "cidrIpv4")
	require.Empty(t, graphtest.Names(g, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"))
}

// What is kept is protected; what has its name is too, because another name would be another address.
func TestStateIsKept(t *testing.T) {
	t.Parallel()
	g := record(t, phase2)
	for _, name := range []string{"db-primary", "db-replica-1", "db-replica-2", "db-id"} {
		require.True(t, graphtest.Find(t, g, name).Options.Protect, name)
	}
}

// Every log goes to a group of ours, made before its instance, and ends after 30 days.
func TestLogsEnd(t *testing.T) {
	t.Parallel()
	g := record(t, phase2)
	for instance, logs := range map[string][]string{
		"db-primary": {"postgresql", "upgrade"}, "db-replica-1": {"postgresql"}, "db-replica-2": {"postgresql"},
	} {
		r := graphtest.Find(t, g, instance)
		for _, log := range logs {
			group := graphtest.Find(t, g, instance+"-log-"+log)
			require.Equal(t, fmt.Sprintf("/aws/rds/instance/%s/%s", r.Inputs["identifier"], log), group.Inputs["name"])
			require.Equal(t, 30.0, group.Inputs["retentionInDays"])
			require.Contains(t, r.Options.DependsOn, group.URN)
		}
	}
}
