package eksversion_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/eksversion"
)

// The table goes up by one minor version a row, and each is supported for longer than the one before. Some are
// supported still on the day that it was checked.
func TestTable(t *testing.T) {
	t.Parallel()
	first := eksversion.Table[0]
	var minor int
	_, err := fmt.Sscanf(first.Name, "1.%d", &minor)
	require.NoError(t, err)
	for i, v := range eksversion.Table {
		require.Equal(t, fmt.Sprintf("1.%d", minor+i), v.Name)
		require.False(t, i > 0 && !v.Until.After(eksversion.Table[i-1].Until), v.Name)
	}
	last := eksversion.Table[len(eksversion.Table)-1]
	require.True(t, last.Until.After(eksversion.Checked))
	until, known := eksversion.Until(last.Name)
	require.True(t, known)
	require.Equal(t, last.Until, until)
	_, known = eksversion.Until("1.9")
	require.False(t, known)
}
