package pack

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// version of the pack; it goes up with a rule.
var version = semver.MustParse("1.0.0")

// New returns the pack for the engine. Each rule is two policies, as the engine knows a policy at one level only: the
// one with the rule's name has the rule's level, the other one its own level in its name.
//
// Rules look at what the program gave, as `ladder check` does. A stack policy sees what came out instead; so the first
// policy takes down the inputs of each resource as it passes.
func New(now func() time.Time) func(*pulumi.Context) (policyx.PolicyPack, error) {
	return func(ctx *pulumi.Context) (policyx.PolicyPack, error) {
		run := &run{ctx: ctx, now: now, inputs: map[string]map[string]any{}}
		policies := []policyx.Policy{policyx.NewResourceValidationPolicy("inputs", policyx.ResourceValidationPolicyArgs{
			Description:      "Takes down what each resource is given, for the other policies; it finds nothing itself.",
			EnforcementLevel: policyx.EnforcementLevelAdvisory,
			ValidateResource: run.see,
		})}
		for _, r := range All {
			for _, level := range []rule.Level{rule.Mandatory, rule.Advisory} {
				policies = append(policies, run.policy(r, level))
			}
		}
		return policyx.NewPolicyPack("ladder", version, policyx.EnforcementLevelMandatory, policies)
	}
}

// RuleOf returns the rule of a policy of the pack.
func RuleOf(policy string) string {
	for _, level := range rule.Levels {
		if id, cut := strings.CutSuffix(policy, "-"+string(level)); cut {
			return id
		}
	}
	return policy
}

// run is one preview or update.
type run struct {
	ctx *pulumi.Context
	now func() time.Time

	mu      sync.Mutex
	inputs  map[string]map[string]any // by URN
	checked *policyx.AnalyzerResource // the first of those that report is about
	report  Report
}

func (r *run) see(_ context.Context, args policyx.ResourceValidationArgs) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inputs[args.Resource.URN] = plainMap(args.Resource.Properties)
	return nil
}

func (r *run) policy(of rule.Rule, level rule.Level) policyx.Policy {
	name, enforcement := of.ID, policyx.EnforcementLevelMandatory
	if level != of.Level {
		name += "-" + string(level)
	}
	if level == rule.Advisory {
		enforcement = policyx.EnforcementLevelAdvisory
	}
	return policyx.NewStackValidationPolicy(name, policyx.StackValidationPolicyArgs{
		Description: of.Why, EnforcementLevel: enforcement,
		ValidateStack: func(_ context.Context, args policyx.StackValidationArgs) error {
			for _, v := range r.check(args.Resources).Violations {
				if v.Rule == of.ID && v.Level == level {
					args.Manager.ReportViolation(v.Message, v.URN)
				}
			}
			return nil
		},
	})
}

// check looks at the stack once for all policies.
func (r *run) check(resources []policyx.AnalyzerResource) Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(resources) == 0 || r.checked == &resources[0] {
		return r.report
	}
	list := make([]graph.Resource, 0, len(resources))
	for _, resource := range resources {
		list = append(list, r.recorded(resource))
	}
	r.checked, r.report = &resources[0], Run(list, r.now())
	if n := len(r.report.Skipped); n > 0 {
		first := r.report.Skipped[0]
		text := fmt.Sprintf("%d checks wait for values that are known after the update, such as %s for %s; "+
			"`ladder check` makes them now", n, first.Rule, first.Field)
		_ = r.ctx.Log.Info(text, nil) // a note: nobody is left to tell when it fails
	}
	return r.report
}

// recorded is a resource as internal/graph records it. What the program did not register in this run, as it was not
// targeted, has only what came out of it.
func (r *run) recorded(a policyx.AnalyzerResource) graph.Resource {
	inputs, seen := r.inputs[a.URN]
	if !seen {
		inputs = plainMap(a.Properties)
	}
	parent := a.Parent
	if strings.Contains(parent, "::pulumi:pulumi:Stack::") {
		parent = ""
	}
	return graph.Resource{
		URN: a.URN, Type: a.Type, Name: cmp.Or(a.Name, a.URN[strings.LastIndex(a.URN, ":")+1:]),
		Parent: parent, Inputs: inputs,
		Options: graph.Options{
			Protect: a.Options.Protect, IgnoreChanges: a.Options.IgnoreChanges,
			DependsOn: slices.Sorted(slices.Values(a.Dependencies)), Provider: a.Provider.URN,
		},
	}
}
