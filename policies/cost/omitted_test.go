package cost_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/traffic"
)

// What costs something and says so in no input, or in one that is easily passed over.
func TestNothingIsZeroByOmission(t *testing.T) {
	t.Parallel()
	fast := map[string]any{"volumeType": "gp3", "volumeSize": 8.0, "iops": 16000.0, "throughput": 1000.0}
	const templateKind, members = "aws:ec2/launchTemplate:LaunchTemplate", 3
	b := bill(t, 3, alone(
		res(instanceKind, "root", map[string]any{"instanceType": "t4g.large", "rootBlockDevice": fast}),
		res(instanceKind, "data", map[string]any{"instanceType": "t4g.large", "ebsBlockDevices": []any{fast}}),
		res(templateKind, "fast", map[string]any{
			"instanceType": "c7g.large", "blockDeviceMappings": []any{map[string]any{"ebs": fast}},
		}),
		res(groupKind, "fast-group", map[string]any{"minSize": members, "maxSize": members}, urn(templateKind, "fast")),
		res(templateKind, "plain", map[string]any{"instanceType": "c7g.large"}),
		res(groupKind, "plain-group", map[string]any{"minSize": members, "maxSize": members}, urn(templateKind, "plain")),
		res(rdsKind, "primary", map[string]any{
			"engine": "postgres", "instanceClass": "db.t4g.medium", "allocatedStorage": 100.0,
		}),
		res(rdsKind, "replica", map[string]any{
			"engine": "postgres", "instanceClass": "db.t4g.medium", "replicateSourceDb": "primary",
		}, urn(rdsKind, "primary")),
		res(rdsKind, "orphan", map[string]any{
			"engine": "postgres", "instanceClass": "db.t4g.medium", "replicateSourceDb": "elsewhere",
		}),
		res(volumeKind, "io2", map[string]any{"type": "io2", "size": 100.0, "iops": 16000.0}),
		res(secretKind, "copied", map[string]any{"replicas": []any{map[string]any{"region": "us-west-2"}}}),
		res("aws:cloudwatch/logGroup:LogGroup", "audit", map[string]any{
			"name": "/aws/eks/home/cluster", "retentionInDays": 30.0,
		}),
	), traffic.Default(3))
	of := func(name, prefix string) (usd float64) {
		for _, line := range b.Lines {
			if strings.HasSuffix(line.URN, "::"+name) && strings.HasPrefix(line.Item, prefix) {
				usd += line.Expected
			}
		}
		return usd
	}
	for _, name := range []string{"root", "data"} {
		require.InDelta(t, 13000*0.005, of(name, "IOPS above"), 0.01, name)
		require.InDelta(t, 875*0.04, of(name, "throughput above"), 0.01, name)
	}
	require.InDelta(t, members*13000*0.005, of("fast-group", "IOPS above"), 0.01)
	require.InDelta(t, members*8*0.08, of("plain-group", "gp3 disks"), 0.01, "the image's root disk")
	require.InDelta(t, 100*0.115, of("replica", "storage"), 0.01, "as much as its primary")
	require.InDelta(t, 2*0.40, of("copied", "secret"), 0.01, "one in each region")
	require.Greater(t, of("audit", "logs taken in"), 100.0)

	missing := map[string]string{}
	for _, note := range b.Unpriced {
		missing[note.Component] = note.Reason
	}
	require.Contains(t, missing["orphan"], "storage")
	require.Contains(t, missing["io2"], "IOPS")
	require.Len(t, missing, 2, missing)
}

// The first cluster of a Global Database has users of its own, and writes.
func TestFirstOfAGlobalDatabase(t *testing.T) {
	t.Parallel()
	const globalKind = "aws:rds/globalCluster:GlobalCluster"
	writes := func(cluster map[string]any) bool {
		resources := alone(
			res(globalKind, "global", map[string]any{"engine": "aurora-postgresql"}),
			res(clusterKind, "db", cluster, urn(globalKind, "global")),
			res(memberKind, "db-1", map[string]any{"instanceClass": "db.r7g.xlarge"}, urn(clusterKind, "db")),
		)
		found := false
		for _, part := range capacity(t, 4, resources).Parts {
			found = found || part.Name == "database, writes"
		}
		return found
	}
	joined := map[string]any{"engine": "aurora-postgresql", "globalClusterIdentifier": "global"}
	require.False(t, writes(joined), "its writer is another cluster's")
	require.True(t, writes(map[string]any{
		"engine": "aurora-postgresql", "globalClusterIdentifier": "global", "masterUsername": "root",
	}))
}
