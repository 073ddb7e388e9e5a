package simcloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

// A misspelt type or property in the tables would silently allow what AWS refuses.
func TestTablesNameRealInputs(t *testing.T) {
	t.Parallel()
	known := func(typ string, property resource.PropertyKey) {
		found, err := facts.Lookup(typ)
		require.NoError(t, err)
		value := resource.PropertyMap{property: resource.MakeComputed(resource.NewStringProperty(""))}
		for _, problem := range found.Check(value) {
			require.NotEqual(t, string(property), problem.Property, "%s: %s", typ, problem.Want)
		}
	}
	for typ, name := range names {
		known(typ, name.property)
	}
	for typ, parent := range parents {
		known(typ, parent)
	}
}
