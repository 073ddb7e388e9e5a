package cli

import "github.com/ladder-iac/ladder/internal/traffic"

// exampleCost is a bill for docs/cli.md.
func exampleCost(urn, kind string) costResult {
	return costResult{
		Stack: "phase1", Phase: 1, Band: band{50, 100},
		Monthly: amount{69.38, 69.38, 71.38}, Interval: interval{67.45, 71.31}, Fixed: 69.22, Usage: 0.16,
		CapacityQPS: 559,
		Capacity: capacity{
			PeakQPS: 100, WithoutCache: 559, Tightest: "app and database on one machine",
			Parts: []capacityRow{{
				"app and database on one machine", 559, 0, 559, "2 vCPU x 0.5 / 0.00179 s a request",
			}},
		},
		Availability: 99.5,
		Promise: promise{
			Objective: 99, Missing: []string{},
			Chain: []slaRow{{"a single machine", 99.5, "Amazon Compute SLA, instance level"}},
		},
		BreakEvenQPS: 49.7, MeanQPS: 11.57, Traffic: traffic.Default(1),
		Components: []costComponent{{"server", 64.5, 0, 64.5, 64.5, 66.5}},
		Lines: []costLine{{
			Component: "server", Resource: "server", URN: urn, Item: "EC2 t4g.large", Kind: "fixed",
			Arithmetic: "0.0672 x 730", Min: 49.06, Expected: 49.06, Max: 49.06,
			Prices: []bookPrice{{
				Service: "ec2", Key: "BoxUsage:t4g.large", Region: "us-east-1", Unit: "hour", USD: 0.0672, Grade: "A",
				Source: "AWS Price List Bulk API, offer AmazonEC2", Date: "2026-11-20",
			}},
		}},
		Unpriced: []costNote{}, Unknown: []costNote{},
		Free: []costNote{{"server", "server", urn, kind, "it is priced with its group"}},
	}
}
