package pack_test

import (
	"testing"

	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/policies/pack"
)

func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "../../../docs/policies.md", pack.Page())
}
