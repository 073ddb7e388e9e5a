package stacks

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
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
	build        func(*pulumi.Context, Config) error
}

// Built says whether this version of Ladder can deploy the phase.
func (p Phase) Built() bool { return p.build != nil }

// Phases is the phase table. Source: "Key Metrics at Each Phase" of the scaling evolution that Ladder
// implements. Everything that needs users, load, latency, availability or budget reads it here.
var Phases = []Phase{
	{
		Number: 1, Name: "one server", Users: 1_000, PeakQPS: 100, P99: 200 * time.Millisecond,
		Availability: 99, BudgetMinUSD: 50, BudgetMaxUSD: 100, build: phase1,
	},
	{
		Number: 2, Name: "read replicas", Users: 100_000, PeakQPS: 1_000, P99: 150 * time.Millisecond,
		Availability: 99.5, BudgetMinUSD: 300, BudgetMaxUSD: 500,
	},
	{
		Number: 3, Name: "horizontal", Users: 1_000_000, PeakQPS: 10_000, P99: 100 * time.Millisecond,
		Availability: 99.9, BudgetMinUSD: 2_000, BudgetMaxUSD: 5_000,
	},
	{
		Number: 4, Name: "microservices", Users: 10_000_000, PeakQPS: 100_000, P99: 50 * time.Millisecond,
		Availability: 99.99, BudgetMinUSD: 20_000, BudgetMaxUSD: 50_000,
	},
}
