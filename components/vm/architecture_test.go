package vm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
)

func TestArchitecture(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]release.Architecture{
		"t4g.large": release.ARM64, "m7g.medium": release.ARM64, "c7gn.xlarge": release.ARM64,
		"r8gd.2xlarge": release.ARM64, "a1.large": release.ARM64, "im4gn.large": release.ARM64,
		"t3.large": release.X8664, "m7i.large": release.X8664, "g4dn.xlarge": release.X8664,
		"c7a.large": release.X8664, "m7i-flex.large": release.X8664, "u-6tb1.metal": release.X8664,
	} {
		require.Equal(t, want, architecture(instanceType), instanceType)
	}
}
