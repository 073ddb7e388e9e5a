package pgversion_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/pgversion"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	on := func(text string) time.Time {
		day, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return day
	}
	for name, c := range map[string]struct {
		major int
		day   time.Time
		want  string // empty when the major is supported
	}{
		"oldest":        {15, pgversion.Checked(), ""},
		"newest":        {17, pgversion.Checked(), ""},
		"before":        {14, pgversion.Checked(), "15, 16 or 17, which both RDS and Aurora support"},
		"not yet known": {18, pgversion.Checked(), "15, 16 or 17, which both RDS and Aurora support"},
		"none":          {0, pgversion.Checked(), "15, 16 or 17, which both RDS and Aurora support"},
		"the last day":  {15, on("2028-02-29"), ""},
		"the day after": {
			15, on("2028-03-01"), "16 or 17, which both RDS and Aurora support; " +
				"AWS ended the standard support of 15 on 2028-02-29 and charges extended support by the vCPU",
		},
		"one left": {
			16, on("2029-03-01"), "17, which both RDS and Aurora support; " +
				"AWS ended the standard support of 16 on 2029-02-28 and charges extended support by the vCPU",
		},
		"none left": {
			17, on("2030-03-01"), "a newer major, which Ladder does not know yet; " +
				"AWS ended the standard support of 17 on 2030-02-28 and charges extended support by the vCPU",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := pgversion.Check(c.major, c.day)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
		})
	}
}
