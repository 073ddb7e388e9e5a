package serve

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/auth"
)

var realCost = passwordCost // before init

func init() { passwordCost = auth.Cost{MemoryKiB: 64, Passes: 1, Threads: 1} }

func TestPasswordsCostWhatIsRecommended(t *testing.T) {
	t.Parallel()
	require.Equal(t, auth.DefaultCost(), realCost)
}
