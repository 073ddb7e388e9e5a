package stacks_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/stacks"
)

// values is the config of a stack as it ships, defaults included.
func values(t *testing.T, name string) map[string]string {
	t.Helper()
	p, err := project.Find(".")
	require.NoError(t, err)
	stack, err := p.Stack(name)
	require.NoError(t, err)
	return stack.Config
}

func TestShippedConfig(t *testing.T) {
	t.Parallel()
	c, err := stacks.ParseConfig(values(t, "phase1"))
	require.NoError(t, err)
	require.Equal(t, 1, c.Phase.Number)
	require.Equal(t, map[string]string{"a": "us-east-1a", "b": "us-east-1b"}, c.Zones)
	require.Zero(t, c.MonthlyBudgetUSD, "the estimate of the program")
	require.Equal(t, traffic.Default(1), c.Traffic)
	require.Empty(t, c.Waivers)
	require.Empty(t, c.Rules)
	require.Equal(t, 50, c.DataVolumeGiB)
}

func TestConfigMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"unknown key": {
			map[string]string{"ladder:instanceTyp": "t4g.large"},
			"ladder:instanceTyp: unknown key; did you mean ladder:instanceType?",
		},
		"another account":   {map[string]string{"aws:profile": "prod"}, "aws:profile: got a setting of the default provider"},
		"China":             {map[string]string{"aws:region": "cn-north-1"}, "aws:region: got cn-north-1, want a region of the standard partition"},
		"phase 0":           {map[string]string{"ladder:phase": "0"}, `ladder:phase: got "0", want 1, 2, 3 or 4`},
		"phase 5":           {map[string]string{"ladder:phase": "5"}, `ladder:phase: got "5", want 1, 2, 3 or 4`},
		"phase two":         {map[string]string{"ladder:phase": "two"}, `ladder:phase: got "two", want 1, 2, 3 or 4`},
		"zone elsewhere":    {map[string]string{"ladder:zones": `{"a":"eu-west-1a"}`}, `ladder:zones.a: got "eu-west-1a", want a zone of us-east-1: us-east-1a,`},
		"zones as a list":   {map[string]string{"ladder:zones": `["us-east-1a"]`}, "want availability zones by slot"},
		"no such region":    {map[string]string{"aws:region": "us-east-9"}, "aws:region: "},
		"domain, no zone":   {map[string]string{"ladder:domain": "shop.example.com"}, "ladder:hostedZoneId: got nothing, want the id of the Route 53 hosted zone of shop.example.com"},
		"zone, no domain":   {map[string]string{"ladder:hostedZoneId": "Z0123456789ABC"}, "ladder:domain: got nothing"},
		"negative size":     {map[string]string{"ladder:dataVolumeGiB": "-5"}, "ladder:dataVolumeGiB: got -5, want a size in GiB, 8 to 16384"},
		"size in words":     {map[string]string{"ladder:dataVolumeGiB": "big"}, `ladder:dataVolumeGiB: got "big", want a whole number`},
		"negative budget":   {map[string]string{"ladder:monthlyBudgetUSD": "-1"}, "ladder:monthlyBudgetUSD: got -1"},
		"no such load":      {map[string]string{"ladder:traffic": `{"qps":5}`}, `want an object of users, peakQps, loadFactor`},
		"load as a list":    {map[string]string{"ladder:traffic": `[5]`}, "want an object of users, peakQps"},
		"load in words":     {map[string]string{"ladder:traffic": `{"users":"many"}`}, "want an object of users, peakQps"},
		"waiver unlike one": {map[string]string{"ladder:waivers": `[{"id":"band-total"}]`}, "want a list of exceptions such as"},
		"rules as a list":   {map[string]string{"ladder:rules": `["band-total"]`}, "want settings by rule"},
		"ranges not a list": {map[string]string{"ladder:reservedCidrs": "10.0.0.0/8"}, "want a list of IPv4 ranges"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := values(t, "phase1")
			maps.Copy(config, c.set)
			require.ErrorContains(t, stacks.CheckConfig(config), c.want)
		})
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	config := values(t, "phase1")
	maps.Copy(config, map[string]string{
		"ladder:phase": "9", "ladder:zone": "x", "ladder:dataVolumeGiB": "-1", "ladder:domain": "shop.example.com",
	})
	text := stacks.CheckConfig(config).Error()
	for _, want := range []string{"ladder:phase:", "ladder:zone:", "ladder:dataVolumeGiB:", "ladder:hostedZoneId:"} {
		require.Contains(t, text, want)
	}
}

func TestNoPhase(t *testing.T) {
	t.Parallel()
	config := values(t, "phase1")
	delete(config, "ladder:phase")
	require.ErrorContains(t, stacks.CheckConfig(config), "ladder:phase: got nothing, want 1, 2, 3 or 4")
}
