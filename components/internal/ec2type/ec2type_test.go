package ec2type_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/release"
)

func TestTypes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		processor release.Architecture
		vcpus     int
		burstable bool
	}{
		"t4g.large":      {release.ARM64, 2, true},
		"t4g.medium":     {release.ARM64, 2, true},
		"m7g.medium":     {release.ARM64, 1, false},
		"c7gn.xlarge":    {release.ARM64, 4, false},
		"r8gd.2xlarge":   {release.ARM64, 8, false},
		"a1.large":       {release.ARM64, 2, false},
		"im4gn.large":    {release.ARM64, 2, false},
		"t3.large":       {release.X8664, 2, true},
		"m7i.large":      {release.X8664, 2, false},
		"g4dn.xlarge":    {release.X8664, 4, false},
		"c7a.large":      {release.X8664, 2, false},
		"m7i-flex.large": {release.X8664, 2, false},
		"c7g.16xlarge":   {release.ARM64, 64, false},
	} {
		got, ok := ec2type.Parse(text)
		require.True(t, ok, text)
		require.Equal(t, want.processor, got.Architecture(), text)
		require.Equal(t, want.vcpus, got.VCPUs(), text)
		require.Equal(t, want.burstable, got.Burstable(), text)
	}
	for _, text := range []string{"", "large", "t4g", "t4g.", "c7g.metal", "c7g.huge", "C7G.large", "c7g.large "} {
		_, ok := ec2type.Parse(text)
		require.False(t, ok, text)
	}
}
