package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

// A changed default tag updates what bears tags, and nothing else.
func TestDefaultTagsUpdateEveryTaggedResource(t *testing.T) {
	t.Parallel()
	before := facts.Place{Seed: "x", DefaultTags: map[string]string{"stack": "one"}}
	after := facts.Place{Seed: "x", DefaultTags: map[string]string{"stack": "two"}}
	inputs := resource.PropertyMap{
		"cidrBlock": resource.NewProperty("10.0.0.0/16"),
		"tags":      resource.NewProperty(resource.PropertyMap{"Name": resource.NewProperty("net")}),
	}
	vpc, err := facts.Lookup("aws:ec2/vpc:Vpc")
	require.NoError(t, err)
	_, outputs := vpc.Create(before, "net", inputs)
	require.Equal(t, facts.Same, vpc.DiffAt(before, inputs, outputs, inputs).Kind)
	diff := vpc.DiffAt(after, inputs, outputs, inputs)
	require.Equal(t, facts.Update, diff.Kind)
	require.Equal(t, []facts.Change{{Path: "tagsAll", Kind: facts.Update}}, diff.Changes)

	route, err := facts.Lookup("aws:ec2/route:Route")
	require.NoError(t, err)
	inputs = resource.PropertyMap{"routeTableId": resource.NewProperty("rtb-0")}
	_, outputs = route.Create(before, "out", inputs)
	require.Equal(t, facts.Same, route.DiffAt(after, inputs, outputs, inputs).Kind, "a route has no tags")
}
