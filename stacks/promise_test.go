package stacks_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/stacks"
)

var (
	priced = time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC)
	domain = map[string]string{"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"}
)

// Bill, capacity and availability of what ships keep what the phase table promises, all three of the same resources.
func TestPhasesKeepTheirPromises(t *testing.T) {
	t.Parallel()
	book, err := price.Default()
	require.NoError(t, err)
	for _, named := range []bool{false, true} {
		for i, stack := range built() {
			p, set := phase.Table[i], map[string]string{}
			if named {
				set = domain
			}
			if named && p.Number == 4 { // it ships with one
				continue
			}
			t.Run(fmt.Sprintf("%s, domain %v", stack, named), func(t *testing.T) {
				t.Parallel()
				g, err := graph.Record(stacks.Run, run(t, stack, set))
				require.NoError(t, err)
				load := traffic.Default(p.Number)
				bill, err := cost.Estimate(g.Resources, load, p, book, priced)
				require.NoError(t, err)
				require.Empty(t, bill.Unpriced)
				require.Empty(t, bill.Unknown)
				require.GreaterOrEqual(t, bill.Total.Expected, float64(p.BudgetMinUSD))
				require.LessOrEqual(t, bill.Interval.High, float64(p.BudgetMaxUSD), "even if prices are off")

				limits := cost.Capacity(g.Resources, load, p)
				require.GreaterOrEqual(t, limits.QPS, float64(p.PeakQPS))
				if p.Zones > 1 {
					require.GreaterOrEqual(t, limits.WithoutZone, float64(p.PeakQPS), "a zone gone")
				}
				promise := cost.Availability(g.Resources, p)
				if p.Number == 2 && !named { // two servers that nothing leads users between; docs/cost.md
					require.InDelta(t, 99.45, promise.Percent, 0.005)
					require.Contains(t, promise.Missing[0], "ladder:domain")
					return
				}
				require.Greater(t, promise.Percent, p.Availability)
			})
		}
	}
}

// budgeted records a stack and returns the limit of its budget.
func budgeted(t *testing.T, stack string, set map[string]string) string {
	t.Helper()
	g, err := graph.Record(stacks.Run, run(t, stack, set))
	require.NoError(t, err)
	at := slices.IndexFunc(g.Resources, func(r graph.Resource) bool { return r.Name == "budget-month" })
	limit, _ := g.Resources[at].Inputs["limitAmount"].(string)
	return limit
}

func TestBudgetIsTheEstimate(t *testing.T) {
	t.Parallel()
	book, err := price.Default()
	require.NoError(t, err)
	for i, stack := range built() {
		p := phase.Table[i]
		limit, err := strconv.Atoi(budgeted(t, stack, nil))
		require.NoError(t, err)
		g, err := graph.Record(stacks.Run, run(t, stack, nil))
		require.NoError(t, err)
		bill, err := cost.Estimate(g.Resources, traffic.Default(p.Number), p, book, priced)
		require.NoError(t, err)
		require.Zero(t, limit%5)
		require.Greater(t, float64(limit), bill.Total.Expected)
		require.InDelta(t, bill.Interval.High, limit, 20+0.01*bill.Total.Expected, "prices are a little older today")
		require.LessOrEqual(t, limit, p.BudgetMaxUSD)
	}
}

func TestBudgetOtherwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"given":                         {map[string]string{"ladder:monthlyBudgetUSD": "321"}, "321"},
		"dearer than the band":          {map[string]string{"ladder:appServers": "9"}, "500"},
		"a load that costs more":        {map[string]string{"ladder:traffic": `{"responseBytes": 9000}`}, "500"},
		"a region without prices: band": {map[string]string{"aws:region": "eu-west-1", "ladder:zones": `{"a":"eu-west-1a","b":"eu-west-1b"}`}, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, budgeted(t, "phase2", c.set))
		})
	}
}

// In a member account of an organization AWS refuses a monitor by tag: every phase goes without it.
func TestWithoutCostAnomalies(t *testing.T) {
	t.Parallel()
	for _, stack := range built() {
		g, err := graph.Record(stacks.Run, run(t, stack, map[string]string{"ladder:costAnomalies": "false"}))
		require.NoError(t, err)
		require.False(t, slices.ContainsFunc(g.Resources, func(r graph.Resource) bool {
			return strings.HasPrefix(r.Type, "aws:costexplorer/")
		}), stack)
	}
}

// The objective holds what the config says, and an edit of it touches nothing else but the budget's limit.
func TestObjectiveFollowsTheConfig(t *testing.T) {
	t.Parallel()
	set := map[string]string{
		"ladder:traffic": `{"loadFactor": 0.12}`,
		"ladder:waivers": `[{"rule": "band-total", "resource": "*", "reason": "sale", "owner": "ops@example.com", "expires": "2027-01-10"}]`,
		"ladder:rules":   `{"band-headroom": {"level": "mandatory", "least": 1.1}}`,
	}
	to := run(t, "phase2", set)
	from := to
	from.Config = maps.Clone(to.Config)
	for key := range set {
		from.Config[key] = values(t, "phase2")[key]
	}
	g, err := graph.Record(stacks.Run, to)
	require.NoError(t, err)
	at := slices.IndexFunc(g.Resources, func(r graph.Resource) bool { return r.Name == "objective" })
	recorded := g.Resources[at].Inputs
	require.ElementsMatch(t, []string{"phase", "traffic", "waivers", "rules"}, slices.Collect(maps.Keys(recorded)))
	require.InDelta(t, 2, recorded["phase"], 0)
	load, _ := recorded["traffic"].(map[string]any)
	require.ElementsMatch(t, traffic.Fields(), slices.Collect(maps.Keys(load)))
	require.InDelta(t, 0.12, load["loadFactor"], 1e-9)
	require.InDelta(t, 3000, load["responseBytes"], 1e-9, "the phase's")
	require.Equal(t, []any{map[string]any{
		"rule": "band-total", "resource": "*", "reason": "sale", "owner": "ops@example.com", "expires": "2027-01-10",
	}}, recorded["waivers"])
	require.Equal(t, map[string]any{
		"band-headroom": map[string]any{"level": "mandatory", "least": 1.1},
	}, recorded["rules"])

	diff, err := graph.Compare(stacks.Run, from, to)
	require.NoError(t, err)
	require.Empty(t, slices.Concat(diff.Create, diff.Replace, diff.Delete))
	for _, c := range diff.Update {
		require.Contains(t, []string{"objective", "budget-month", "budget-anomaly-alerts"}, c.Name)
	}
}
