package stacks_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
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
		"anomalies maybe":   {map[string]string{"ladder:costAnomalies": "yes"}, `ladder:costAnomalies: got "yes", want true or false`},
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

// second is a second region that phase 4 takes, with edits.
func second(edit string) map[string]string {
	const sound = `{"region":"us-west-2","vpcCidr":"10.1.0.0/16","zones":{"a":"us-west-2a","b":"us-west-2b","c":"us-west-2c"}}`
	from, to, _ := strings.Cut(edit, " -> ")
	return map[string]string{"ladder:secondary": strings.Replace(sound, from, to, 1)}
}

// Each mistake is told once, and nothing that only follows from it.
func TestConfigMistakesInTwoRegions(t *testing.T) {
	t.Parallel()
	cluster := func(json string) map[string]string { return map[string]string{"ladder:cluster": json} }
	load := func(json string) map[string]string { return map[string]string{"ladder:traffic": json} }
	const secondary, zones = "ladder:secondary", "ladder:secondary.zones"
	for name, c := range map[string]struct {
		set  map[string]string
		want []string // the lines begin so
	}{
		"none":            {map[string]string{secondary: "{}"}, []string{secondary + ".region: got nothing, want another AWS region than us-east-1"}},
		"region alone":    {map[string]string{secondary: `{"region":"us-west-2"}`}, []string{secondary + ".vpcCidr: got nothing", zones + ": got 0, want 3"}},
		"unknown field":   {map[string]string{secondary: `{"regoin":"us-west-2"}`}, []string{secondary + `: got {"regoin":"us-west-2"}, want a region such as`}},
		"the same region": {second("us-west-2\",\"vpc -> us-east-1\",\"vpc"), []string{secondary + ".region: got us-east-1, want another", zones + ".a: ", zones + ".b: ", zones + ".c: "}},
		"no such region":  {second("us-west-2 -> us-west-9"), []string{secondary + `.region: region "us-west-9"`}},
		"China":           {second("us-west-2 -> cn-north-9"), []string{secondary + ".region: got cn-north-9, want a region of the standard partition", secondary + ".region: region"}},
		"zone elsewhere":  {second("us-west-2b -> us-east-1b"), []string{zones + `.b: got "us-east-1b", want a zone of us-west-2: us-west-2a,`}},
		"two zones":       {second(`,"c":"us-west-2c" -> `), []string{zones + ": got 2, want 3 zones or more: phase 4 outlives the loss of one; add a slot, such as c: us-west-2c"}},
		"no cluster":      {cluster("{}"), []string{"ladder:cluster.version: got nothing", "ladder:cluster.admins: got nothing, want the ARN of at least one IAM role"}},
		"version unquoted": {cluster(`{"version":1.35,"admins":["x"]}`), []string{
			`ladder:cluster: got {"version":1.35,"admins":["x"]}, want what the clusters are told`,
		}},
		"no domain":      {map[string]string{"ladder:domain": ""}, []string{"ladder:domain: got nothing, want a name in a Route 53 hosted zone of yours"}},
		"canary of none": {map[string]string{"ladder:canary": `{"weight":5}`}, []string{"ladder:canary.artifact: got nothing"}},
		"no shards":      {map[string]string{"ladder:cacheShards": "-1"}, []string{"ladder:cacheShards: got -1"}},
		"high peak":      {load(`{"peakQps":149761}`), []string{"ladder:traffic.peakQps: got 149761, want at most 149760"}},
		"many hops":      {load(`{"hops":50}`), []string{"ladder:traffic.peakQps: got 100000, want at most 33333"}},
		"no hops":        {load(`{"hops":0}`), []string{"ladder:traffic.hops: got 0, want 1 or more"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := values(t, "phase4")
			maps.Copy(config, c.set)
			lines := strings.Split(stacks.CheckConfig(config).Error(), "\n")
			require.Len(t, lines, len(c.want), "%q", lines)
			for i, want := range c.want {
				require.True(t, strings.HasPrefix(lines[i], want), lines[i])
			}
		})
	}
}

func TestWhyJSONIsRefused(t *testing.T) {
	t.Parallel()
	config := values(t, "phase4")
	maps.Copy(config, map[string]string{"ladder:cluster": `{"version":1.35}`, "ladder:secondary": `{"regoin":"us-west-2"}`})
	err := stacks.CheckConfig(config)
	require.ErrorContains(t, err, "; version is a number: put it in quotes")
	require.ErrorContains(t, err, `; there is no field "regoin"`)
}

func TestNothingOfTwoRegionsBefore(t *testing.T) {
	t.Parallel()
	config := values(t, "phase4")
	config["ladder:phase"] = "3"
	err := stacks.CheckConfig(config)
	require.ErrorContains(t, err, "ladder:secondary: got us-west-2, want nothing before phase 4")
	require.ErrorContains(t, err, "ladder:cluster: got a cluster, want nothing before phase 4")
}

// What the config lets through at its bounds, the components take.
func TestBoundsOfTheLoad(t *testing.T) {
	t.Parallel()
	for _, load := range []string{`{"peakQps":100}`, `{"peakQps":149760}`, `{"peakQps":104166,"hops":16}`} {
		_, err := graph.Record(stacks.Run, run(t, "phase4", map[string]string{"ladder:traffic": load}))
		require.NoError(t, err, load)
	}
}
