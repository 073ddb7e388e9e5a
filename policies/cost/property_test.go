package cost_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

func drawTraffic(t *rapid.T, number int) traffic.Model {
	load := traffic.Default(number)
	share := func(name string) float64 { return rapid.Float64Range(0, 1).Draw(t, name) }
	load.LoadFactor = rapid.Float64Range(0.001, 1).Draw(t, "load factor")
	load.PeakQPS *= rapid.Float64Range(0.01, 20).Draw(t, "times the peak")
	load.CacheHit, load.WriteShare, load.LogSample = share("hit"), share("writes"), share("logs")
	load.ResponseBytes = rapid.Float64Range(0, 1e5).Draw(t, "bytes")
	load.StaticBytes = rapid.Float64Range(0, 1e7).Draw(t, "static")
	return load
}

func TestMinExpectedMax(t *testing.T) {
	t.Parallel()
	recordings := map[int][]graph.Resource{1: recorded(t, 1), 2: recorded(t, 2), 3: recorded(t, 3)}
	prices := book(t)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 3).Draw(t, "phase")
		b, err := cost.Estimate(recordings[number], drawTraffic(t, number), phase.Table[number-1], prices, today)
		require.NoError(t, err)
		const cent = 1e-6
		for _, line := range b.Lines {
			require.LessOrEqual(t, line.Min, line.Expected+cent, line.Item)
			require.LessOrEqual(t, line.Expected, line.Max+cent, line.Item)
			require.LessOrEqual(t, line.Interval.Low, line.Expected+cent, line.Item)
			require.LessOrEqual(t, line.Expected, line.Interval.High+cent, line.Item)
			require.GreaterOrEqual(t, line.Min, 0.0, line.Item)
		}
		require.InDelta(t, b.Total.Expected, b.Fixed.Expected+b.Usage.Expected, 1e-3)
	})
}

// Whatever is added, the bill does not fall. Left out is what takes load from other parts: a cache, machines and
// readers that share it, a distribution, the free endpoint of S3.
func TestMoreNeverCostsLess(t *testing.T) {
	t.Parallel()
	more := map[string]map[string]any{
		volumeKind:                           {"size": 20.0, "type": "gp3", "throughput": 200.0},
		eipKind:                              {"domain": "vpc"},
		natKind:                              {},
		endpointKind:                         {"vpcEndpointType": "Interface", "serviceName": "x.logs", "subnetIds": []any{"a"}},
		balancerKind:                         {"subnets": []any{"a", "b"}},
		secretKind:                           {"kmsKeyId": "k"},
		"aws:kms/key:Key":                    {},
		alarmKind:                            {"namespace": "Mine", "metricName": "M"},
		aclKind:                              {"scope": "REGIONAL"},
		"aws:apigatewayv2/api:Api":           {},
		"aws:route53/zone:Zone":              {"name": "example.org"},
		"aws:eks/cluster:Cluster":            {"version": "1.35"},
		parameterKind:                        {"tier": "Advanced"},
		"aws:s3/bucketV2:BucketV2":           {},
		"aws:iam/role:Role":                  {},
		"aws:unheard/of:Of":                  {},
		"aws:ecr/repository:Repository":      {},
		"aws:cloudwatch/logGroup:LogGroup":   {"name": "/ladder/more", "retentionInDays": 30.0},
		"aws:cloudwatch/dashboard:Dashboard": {"dashboardBody": "{}"},
		"aws:route53/record:Record":          {"type": "A", "records": []any{"192.0.2.1"}},
	}
	kinds := make([]string, 0, len(more))
	for kind := range more {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	recordings := map[int][]graph.Resource{1: recorded(t, 1), 2: recorded(t, 2), 3: recorded(t, 3)}
	prices := book(t)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 3).Draw(t, "phase")
		load := drawTraffic(t, number)
		resources := recordings[number]
		total := func() cost.Amount {
			b, err := cost.Estimate(resources, load, phase.Table[number-1], prices, today)
			require.NoError(t, err)
			return b.Total
		}
		before := total()
		for i := range rapid.IntRange(1, 4).Draw(t, "how many") {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			resources = in(resources, res(kind, fmt.Sprintf("more-%d", i), more[kind]))
			after := total()
			require.GreaterOrEqual(t, after.Min, before.Min-1e-6, kind)
			require.GreaterOrEqual(t, after.Expected, before.Expected-1e-6, kind)
			require.GreaterOrEqual(t, after.Max, before.Max-1e-6, kind)
			before = after
		}
	})
}

// copies are so many phases in one list.
func copies(tb testing.TB, times int) []graph.Resource {
	tb.Helper()
	var list []graph.Resource
	for i := range times {
		for _, r := range recorded(tb, 3) {
			tag := func(urn string) string {
				if urn == "" {
					return ""
				}
				return fmt.Sprintf("%s-%d", urn, i)
			}
			r.URN, r.Parent = tag(r.URN), tag(r.Parent)
			r.Options.Provider = tag(r.Options.Provider)
			r.Options.DependsOn = slices.Clone(r.Options.DependsOn)
			for j, urn := range r.Options.DependsOn {
				r.Options.DependsOn[j] = tag(urn)
			}
			list = append(list, r)
		}
	}
	return list
}

// The book is asked once for each price, whatever the number of resources.
func TestLookupsDoNotGrow(t *testing.T) {
	t.Parallel()
	ask := func(times int) int {
		n, err := cost.Lookups(copies(t, times), traffic.Default(3), phase.Table[2], book(t), today)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, ask(4), ask(8))
}

// The figures of a load can be written out, whatever the mix.
func TestLimitsAreFinite(t *testing.T) {
	t.Parallel()
	recordings := map[int][]graph.Resource{1: recorded(t, 1), 2: recorded(t, 2), 3: recorded(t, 3)}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(1, 3).Draw(t, "phase")
		load := drawTraffic(t, number)
		corner := rapid.SampledFrom([]float64{0, 0.5, 1})
		load.WriteShare, load.CacheHit = corner.Draw(t, "writes"), corner.Draw(t, "hit")
		l := cost.Capacity(recordings[number], load, phase.Table[number-1])
		_, err := json.Marshal(l)
		require.NoError(t, err)
		require.Positive(t, l.QPS)
	})
}

func BenchmarkEstimate(b *testing.B) {
	prices := book(b)
	var sizes, seconds []float64
	for _, times := range []int{1, 2, 4, 7, 14, 28} {
		resources := copies(b, times)
		b.Run(fmt.Sprintf("%d-resources", len(resources)), func(b *testing.B) {
			for b.Loop() {
				if _, err := cost.Estimate(resources, traffic.Default(3), phase.Table[2], prices, today); err != nil {
					b.Fatal(err)
				}
			}
			sizes = append(sizes, math.Log(float64(len(resources))))
			seconds = append(seconds, math.Log(b.Elapsed().Seconds()/float64(b.N)))
			b.ReportMetric(slope(sizes, seconds), "exponent")
		})
	}
}

// slope of the line through points by least squares; 0 for a single point.
func slope(x, y []float64) float64 {
	var sumX, sumY, sumXX, sumXY float64
	for i := range x {
		sumX, sumY = sumX+x[i], sumY+y[i]
		sumXX, sumXY = sumXX+x[i]*x[i], sumXY+x[i]*y[i]
	}
	n := float64(len(x))
	if spread := n*sumXX - sumX*sumX; spread > 0 {
		return (n*sumXY - sumX*sumY) / spread
	}
	return 0
}
