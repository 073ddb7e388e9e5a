package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCostFlags(t *testing.T) {
	t.Parallel()
	o, err := parse(t, newCost, "--compare", "a", "b", "--config", "x=1,2", "--traffic", "users=5", "--traffic", "hops=2",
		"--prices", "own.csv", "--discount", "*=0.1", "--commit", "rds-1y=1", "--markdown")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, o.Stacks)
	require.True(t, o.Compare)
	require.True(t, o.Markdown)
	require.False(t, o.Lines)
	require.Equal(t, whatIf{
		Config: []string{"x=1,2"}, Traffic: []string{"users=5", "hops=2"}, Prices: "own.csv",
		Discount: []string{"*=0.1"}, Commit: []string{"rds-1y=1"},
	}, o.whatIf)

	for _, args := range [][]string{{}, {"a", "b"}, {"--compare", "a"}, {"--compare", "a", "b", "c"}} {
		_, err := parse(t, newCost, args...)
		var usage *usageError
		require.ErrorAs(t, err, &usage, args)
	}
}

func TestFiguresForPeople(t *testing.T) {
	t.Parallel()
	for value, want := range map[float64]string{
		0: "0.00", 0.004: "0.00", -0.004: "0.00", 1: "1.00", 1234.5: "1,234.50", 0.999: "1.00", -69.38: "-69.38",
	} {
		require.Equal(t, want, dollars(value))
	}
	for value, want := range map[float64]string{0: "+0.00", 3: "+3.00", -3: "-3.00", -0.001: "+0.00"} {
		require.Equal(t, want, signed(value))
	}
	for value, want := range map[float64]string{0: "0", 11.574: "11.6", 99.96: "100", 558.66: "559", 13333.3: "13,333"} {
		require.Equal(t, want, qps(value))
	}
	for value, want := range map[float64]string{99.5: "99.5", 99.98999: "99.989", 99.99: "99.99", 100: "100"} {
		require.Equal(t, want, percent(value))
	}
	require.Equal(t, "| a | b | c |\n| --- | ---: | --- |\n| x\\|y | 1 | z |\n",
		markdownTable([]string{"a", "b", "c"}, [][]string{{"x|y", "1", "z"}}, 2))
}
