// Package phase holds the phase table: what each rung serves, promises and costs, and what carries it. It imports
// nothing of ours, so that stacks, policies and the twin on a laptop read the same numbers.
package phase

import (
	"cmp"
	"time"
)

// Phase is one rung: who it serves, what it promises them and what it may cost.
type Phase struct {
	Number       int
	Name         string
	Users        int           // registered users it is built for
	PeakQPS      int           // requests a second at the peak of the day
	P99          time.Duration // latency of 99 of 100 requests
	Availability float64       // percent
	BudgetMinUSD int           // a month
	BudgetMaxUSD int           // a month
	Zones        int           // availability zones, at least
	Sizes        Sizes
}

// Sizes are what carries a phase's peak with a zone lost, inside its budget. Sources: the capacity model, 500 requests
// a second for a Graviton vCPU at 60 %, and AWS's prices of 2026-09; docs/decisions/0013. The database holds its peak
// without the cache.
type Sizes struct {
	AppInstanceTypes []string // EC2, the preferred first
	AppServers       int      // at all times
	MaxAppServers    int      // at the peak; 0 for a fixed number
	DatabaseClass    string   // of writer and readers
	Readers          int      // at all times
	MaxReaders       int      // at the peak; 0 for a fixed number
	CacheNodeType    string   // empty for no cache
	CacheReplicas    int      // of each primary node
	CacheShards      int      // primary nodes that the keys are spread over
	UsersClass       string   // of the database that users have for themselves; empty for none
	IOMode           string   // how Aurora bills storage, standard or optimized; empty without Aurora
}

// Or fills in what is left open. More at all times means as many more at the peak.
func (s Sizes) Or(phase Sizes) Sizes {
	if len(s.AppInstanceTypes) == 0 {
		s.AppInstanceTypes = phase.AppInstanceTypes
	}
	s.AppServers = cmp.Or(s.AppServers, phase.AppServers)
	s.MaxAppServers = cmp.Or(s.MaxAppServers, most(s.AppServers, phase.AppServers, phase.MaxAppServers))
	s.DatabaseClass = cmp.Or(s.DatabaseClass, phase.DatabaseClass)
	s.Readers = cmp.Or(s.Readers, phase.Readers)
	s.MaxReaders = cmp.Or(s.MaxReaders, most(s.Readers, phase.Readers, phase.MaxReaders))
	s.CacheNodeType = cmp.Or(s.CacheNodeType, phase.CacheNodeType)
	s.CacheReplicas = cmp.Or(s.CacheReplicas, phase.CacheReplicas)
	s.CacheShards = cmp.Or(s.CacheShards, phase.CacheShards)
	s.UsersClass = cmp.Or(s.UsersClass, phase.UsersClass)
	s.IOMode = cmp.Or(s.IOMode, phase.IOMode)
	return s
}

func most(least, phaseLeast, phaseMost int) int {
	if phaseMost == 0 {
		return least
	}
	return phaseMost + max(0, least-phaseLeast)
}

// Table is the phase table. Source: "Key Metrics at Each Phase" of the scaling evolution that Ladder
// implements. Everything that needs users, load, latency, availability or budget reads it here.
var Table = []Phase{
	{
		Number: 1, Name: "one server", Users: 1_000, PeakQPS: 100, P99: 200 * time.Millisecond,
		Availability: 99, BudgetMinUSD: 50, BudgetMaxUSD: 100, Zones: 1,
	},
	{
		Number: 2, Name: "read replicas", Users: 100_000, PeakQPS: 1_000, P99: 150 * time.Millisecond,
		Availability: 99.5, BudgetMinUSD: 300, BudgetMaxUSD: 500, Zones: 2,
		Sizes: Sizes{
			AppInstanceTypes: []string{"c7g.large"}, AppServers: 2, DatabaseClass: "db.t4g.medium", Readers: 2,
		},
	},
	{
		Number: 3, Name: "horizontal", Users: 1_000_000, PeakQPS: 10_000, P99: 100 * time.Millisecond,
		Availability: 99.9, BudgetMinUSD: 2_000, BudgetMaxUSD: 5_000, Zones: 3,
		Sizes: Sizes{
			AppInstanceTypes: []string{"c7g.xlarge"}, AppServers: 3, MaxAppServers: 8,
			DatabaseClass: "db.r7g.xlarge", Readers: 2, MaxReaders: 4, IOMode: "standard",
			CacheNodeType: "cache.m7g.large", CacheReplicas: 2, CacheShards: 1,
		},
	},
	{
		Number: 4, Name: "microservices", Users: 10_000_000, PeakQPS: 100_000, P99: 50 * time.Millisecond,
		Availability: 99.99, BudgetMinUSD: 20_000, BudgetMaxUSD: 50_000, Zones: 3,
		Sizes: Sizes{
			DatabaseClass: "db.r7g.2xlarge", Readers: 2, MaxReaders: 6, UsersClass: "db.r7g.xlarge", IOMode: "optimized",
			CacheNodeType: "cache.r7g.xlarge", CacheReplicas: 1, CacheShards: 3,
		},
	},
}
