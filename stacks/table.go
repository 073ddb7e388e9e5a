package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/internal/phase"
)

// builds are the phases' programs, by number.
var builds = map[int]func(*pulumi.Context, Config) error{1: phase1, 2: phase2, 3: phase3, 4: phase4}

// Built says whether this version of Ladder can deploy the phase.
func Built(number int) bool { return builds[number] != nil }

// target is what a phase's alarms watch for.
func target(p phase.Phase) monitor.Target {
	return monitor.Target{Availability: p.Availability, P99: p.P99, PeakQPS: p.PeakQPS}
}
