package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/manifests"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/rule"
)

// Doc is a command for docs/cli.md.
type Doc struct {
	Command *cobra.Command
	JSON    any // an example of what --json prints; nil when the command has no result
}

// Docs returns the root and its commands, group by group.
func Docs() []Doc {
	const urn = "urn:pulumi:phase1::ladder::"
	volume, disk := urn+"ladder:vm:VM$aws:ebs/volume:Volume::server-data", "aws:ebs/volume:Volume"
	server, instance := urn+"ladder:vm:VM$aws:ec2/instance:Instance::server", "aws:ec2/instance:Instance"
	parent := urn + "ladder:vm:VM::server"
	result := engine.Result{
		Stack: "phase1", Changes: 1, Steps: engine.Steps{Same: 1, Update: 1},
		Resources: []engine.ResourceStep{
			{URN: volume, Type: disk, Name: "server-data", Op: engine.OpSame},
			{URN: server, Type: instance, Name: "server", Op: engine.OpUpdate, Changed: []string{"instanceType"}},
		},
		Outputs: map[string]any{"url": "http://203.0.113.10"},
	}
	since, cpu := time.Date(2026, 10, 2, 17, 0, 0, 0, time.UTC), "ladder-phase1-trigger-database-cpu"
	examples := map[string]any{
		"advise": advise.Judge("phase1", 1, []advise.Alarm{{
			Name: cpu, State: advise.Ringing, Since: &since, Value: new(93.5), Threshold: new(80.0),
			Comparison: "GreaterThanThreshold", Description: "The database needs the processor.",
		}}),
		"simulate set-alarm-state": alarmChange{Name: cpu, From: advise.NoData, To: advise.Ringing},
		"check": checkResult{Stack: "phase1", Violations: []pack.Violation{{
			Rule: "burst-credits", Level: rule.Mandatory, URN: server,
			Message: "processor credits above the baseline: got 40.88 USD a month, want 0.00",
		}}},
		"prices": priceList{
			Prices: []bookPrice{{
				Service: "ec2", Key: "BoxUsage:t4g.large", Region: "us-east-1", Unit: "hour", USD: 0.0672, Grade: "A",
				Source: "AWS Price List Bulk API, offer AmazonEC2", Date: "2026-11-20",
			}},
			Grades: map[string]int{"A": 1, "B": 0, "C": 0, "D": 0}, Oldest: "2026-11-20",
		},
		"prices refresh": priceRefresh{
			Region: "us-east-1", Same: 17, Output: "prices.csv",
			Offers: []priceOffer{{"AmazonEC2", "20261120174521", time.Date(2026, 11, 20, 17, 45, 21, 0, time.UTC)}},
			Changed: []priceChange{{
				Service: "ec2", Key: "BoxUsage:c7g.xlarge", Region: "us-east-1", Unit: "hour",
				Old: new(0.145), New: 0.1392, Percent: new(-4.0),
			}},
			Kept: []keptPrice{{
				Service: "ec2", Key: "BoxUsage:m6g.large", Region: "us-east-1", Known: true,
				Reason: "got no usage type BoxUsage:m6g.large in offer AmazonEC2",
			}},
		},
		"phases": phaseList{Phases: []Phase{{
			Number: 1, Name: "one server", Users: 1_000, PeakQPS: 100, P99Ms: 200, Availability: 99,
			BudgetMinUSD: 50, BudgetMaxUSD: 100, Built: true,
		}}},
		"graph": graph.Graph{Stack: "phase1", Resources: []graph.Resource{{
			URN: volume, Type: disk, Name: "server-data", Parent: parent,
			Inputs:  map[string]any{"availabilityZone": "us-east-1a", "encrypted": true, "size": 50},
			Options: graph.Options{Protect: true, DependsOn: []string{parent}},
		}}},
		"diff": diffResult{
			From: "phase1", To: "phase1", Same: []string{volume},
			Create: []graph.Change{}, Replace: []graph.Change{}, Delete: []graph.Change{},
			Update:       []graph.Change{{URN: server, Type: instance, Name: "server", Changed: []string{"instanceType"}}},
			Cost:         &costChange{amount{69.38, 69.38, 71.38}, amount{118.44, 118.44, 120.44}, amount{49.06, 49.06, 49.06}},
			Availability: &change{99.5, 99.5}, CapacityQPS: &change{559, 1118},
		},
		"cost": exampleCost(server, instance),
		"manifests": manifestList{Stack: "phase4", Clusters: []manifests.Cluster{{
			Name: "cluster",
			Objects: []manifests.Object{{
				URN: "urn:pulumi:phase4::ladder::ladder:namespace:Namespace$kubernetes:core/v1:Namespace::namespace-namespace",
				Body: map[string]any{
					"apiVersion": "v1", "kind": "Namespace",
					"metadata": map[string]any{"name": "app", "labels": map[string]any{"istio.io/dataplane-mode": "ambient"}},
				},
			}},
			Charts: []manifests.Release{{Name: "mesh-istiod", Chart: "istiod", Version: "1.31.4"}},
		}}},
		"preview":  result,
		"up":       result,
		"refresh":  result,
		"destroy":  result,
		"outputs":  stackOutputs{Stack: "phase1", Outputs: result.Outputs},
		"simulate": simulation{Env: map[string]string{"PULUMI_DEBUG_PROVIDERS": "aws:4000,kubernetes:4001,random:4002"}},
		"version":  versionInfo{Version: "v1.2.0", Go: "go1.26.6", Platform: "linux/amd64", Pulumi: engine.MinimumCLI},
	}
	root := newRoot(&factory{})
	docs := []Doc{{Command: root}}
	for _, group := range root.Groups() {
		for _, cmd := range root.Commands() {
			if cmd.GroupID == group.ID {
				docs = append(docs, Doc{Command: cmd, JSON: examples[cmd.Name()]})
				for _, sub := range cmd.Commands() {
					docs = append(docs, Doc{Command: sub, JSON: examples[cmd.Name()+" "+sub.Name()]})
				}
			}
		}
	}
	return docs
}
