package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

func TestRefusedUpdates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token   string
		old, to map[string]any
		want    string // empty where AWS takes it
	}{
		"a smaller volume": {
			"aws:ebs/volume:Volume",
			map[string]any{"availabilityZone": "us-east-1a", "size": 100},
			map[string]any{"availabilityZone": "us-east-1a", "size": 50},
			"100 or more: EBS never takes storage back",
		},
		"a larger volume": {
			"aws:ebs/volume:Volume",
			map[string]any{"availabilityZone": "us-east-1a", "size": 50},
			map[string]any{"availabilityZone": "us-east-1a", "size": 100},
			"",
		},
		"another volume": {
			"aws:ebs/volume:Volume",
			map[string]any{"availabilityZone": "us-east-1a", "size": 100},
			map[string]any{"availabilityZone": "us-east-1b", "size": 50},
			"",
		},
		"a smaller database": {
			"aws:rds/instance:Instance",
			map[string]any{"instanceClass": "db.t4g.medium", "allocatedStorage": 100},
			map[string]any{"instanceClass": "db.t4g.medium", "allocatedStorage": 20},
			"100 or more: RDS never takes storage back",
		},
		"a new database": {
			"aws:rds/instance:Instance", nil, map[string]any{"instanceClass": "db.t4g.medium", "allocatedStorage": 20}, "",
		},
		"a cluster one version on": {
			"aws:eks/cluster:Cluster",
			map[string]any{"version": "1.33"},
			map[string]any{"version": "1.34"},
			"",
		},
		"a cluster two versions on": {
			"aws:eks/cluster:Cluster",
			map[string]any{"version": "1.32"},
			map[string]any{"version": "1.34"},
			"1.33: EKS goes up one minor version at a time",
		},
		"a cluster back": {
			"aws:eks/cluster:Cluster",
			map[string]any{"version": "1.34"},
			map[string]any{"version": "1.33"},
			"never down",
		},
		"a cluster that joins late": {
			"aws:rds/cluster:Cluster",
			map[string]any{"engine": "aurora-postgresql"},
			map[string]any{"engine": "aurora-postgresql", "globalClusterIdentifier": "items"},
			"sourceDbClusterIdentifier",
		},
		"a cluster that leaves": {
			"aws:rds/cluster:Cluster",
			map[string]any{"engine": "aurora-postgresql", "globalClusterIdentifier": "items"},
			map[string]any{"engine": "aurora-postgresql"},
			"",
		},
		"another target group": {
			"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding",
			map[string]any{"spec": map[string]any{"targetGroupARN": "a"}},
			map[string]any{"spec": map[string]any{"targetGroupARN": "b"}},
			"immutable",
		},
		"another target group under another name": {
			"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding",
			map[string]any{"spec": map[string]any{"targetGroupARN": "a"}, "metadata": map[string]any{"name": "x"}},
			map[string]any{"spec": map[string]any{"targetGroupARN": "b"}, "metadata": map[string]any{"name": "y"}},
			"",
		},
		"a type that may": {
			"aws:elasticache/replicationGroup:ReplicationGroup",
			map[string]any{"numCacheClusters": 3},
			map[string]any{"numCacheClusters": 2},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, err := facts.Lookup(c.token)
			require.NoError(t, err)
			problems := typ.Refuses(resource.NewPropertyMapFromMap(c.old), resource.NewPropertyMapFromMap(c.to))
			if c.want == "" {
				require.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			require.Contains(t, problems[0].Want, c.want)
		})
	}
}
