package graph_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
)

// inCluster is an object in a cluster; the config says how its provider reaches which.
func inCluster(ctx *pulumi.Context) error {
	settings := pulumi.Map{}
	for _, key := range []string{"clusterIdentifier", "kubeconfig", "context"} {
		if value, given := ctx.GetConfig("test:" + key); given {
			settings[key] = pulumi.String(value)
		}
	}
	provider := &pulumi.ProviderResourceState{}
	if err := ctx.RegisterResource("pulumi:providers:kubernetes", "cluster", settings, provider); err != nil {
		return err
	}
	_, err := register(ctx, "kubernetes:core/v1:ConfigMap", "settings", pulumi.Map{
		"apiVersion": pulumi.String("v1"), "kind": pulumi.String("ConfigMap"),
	}, pulumi.Provider(provider))
	return err
}

// Another cluster replaces its provider and all that is in it (P16); with a clusterIdentifier no kubeconfig does.
func TestCompareClusters(t *testing.T) {
	t.Parallel()
	type config = map[string]string
	for name, c := range map[string]struct {
		before, after   config
		update, replace []string
	}{
		"another identifier": {
			before: config{"test:clusterIdentifier": "a"}, after: config{"test:clusterIdentifier": "b"},
			replace: []string{"settings", "cluster"},
		},
		"another way to the same": {
			before: config{"test:clusterIdentifier": "a", "test:kubeconfig": "x"},
			after:  config{"test:clusterIdentifier": "a", "test:kubeconfig": "y"}, update: []string{"cluster"},
		},
		"another kubeconfig": {
			before: config{"test:kubeconfig": "x"}, after: config{"test:kubeconfig": "y"},
			replace: []string{"settings", "cluster"},
		},
		"another context": {
			before: config{"test:context": "x"}, after: config{"test:context": "y"},
			replace: []string{"settings", "cluster"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(inCluster, run(c.before), run(c.after))
			require.NoError(t, err)
			require.Equal(t, c.update, names(diff.Update), "update")
			require.Equal(t, c.replace, names(diff.Replace), "replace")
		})
	}
}
