package cache_test

import (
	"testing"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
)

// A phase that brings the cache only adds.
func TestNewCacheOnlyAdds(t *testing.T) {
	t.Parallel()
	run := program(nil)
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		if name, _ := ctx.GetConfig("test:edit"); name == "no cache" {
			return nil
		}
		return run(ctx)
	}, edited("no cache"), edited(""))
	require.NoError(t, err)
	require.Contains(t, names(diff.Create), "cache-group")
	require.Empty(t, diff.Update)
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
}

// A new token reaches the cache and the secret, and nothing else.
func TestNewToken(t *testing.T) {
	t.Parallel()
	diff := compareWith(t, "cache-token", func(props pulumi.Input) {
		props.(*random.RandomPasswordArgs).Keepers = pulumi.StringMap{"turn": pulumi.String("2")}
	})
	require.ElementsMatch(t, []string{"cache-token", "cache-value"}, names(diff.Replace))
	require.Equal(t, []string{"cache-group"}, names(diff.Update))
	require.Equal(t, []string{"authToken"}, diff.Update[0].Changed)
	require.Empty(t, diff.Delete)
}
