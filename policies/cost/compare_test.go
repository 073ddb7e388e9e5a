package cost_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	one := bill(t, 1, recorded(t, 1), traffic.Default(1))
	two := bill(t, 2, recorded(t, 2), traffic.Default(2))
	c := cost.Compare(one, two)
	require.Equal(t, 1, c.From)
	require.Equal(t, 2, c.To)
	require.InDelta(t, two.Total.Expected-one.Total.Expected, c.Delta.Expected, 1e-9)
	sum, by := 0.0, map[string]cost.Delta{}
	for _, d := range c.Components {
		sum += d.Delta.Expected
		by[d.Component] = d
	}
	require.InDelta(t, c.Delta.Expected, sum, 1e-6)
	require.Equal(t, "postgres", c.Components[0].Component, "the largest change first")
	require.Zero(t, by["server"].After)
	require.Negative(t, by["server"].Delta.Expected)
	require.Zero(t, by["postgres"].Before)
	require.Zero(t, by["key"].Delta.Expected)
}
