// Package objective records what a phase promises and the load that it is built for, beside the resources that are to
// keep the promise. Policies read it there: from a recorded phase as from what the engine hands to an analyzer.
//
// Creates: nothing in the cloud. Stateless. Cost: none.
package objective

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// Args describe an objective.
type Args struct {
	Phase   int                       // number in the phase table, which says what is promised; required
	Traffic traffic.Model             // load that it is built for; default the phase's
	Waivers []Waiver                  // exceptions from policies; default none
	Rules   map[string]map[string]any // settings of policies by rule id, such as {level: advisory}; default none
}

// Waiver is an exception from a policy, for a reason and a time.
type Waiver struct {
	Rule     string `json:"rule"`     // id of the policy; required
	Resource string `json:"resource"` // name of the resource, or * for all; required
	Reason   string `json:"reason"`   // required
	Owner    string `json:"owner"`    // who answers for it; required
	Expires  string `json:"expires"`  // last day, as in 2027-03-31; required
}

// Objective is what a phase promises, and for which load.
type Objective struct {
	pulumi.ResourceState
}

// New records an objective. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Objective, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	record, err := args.record()
	if err != nil {
		return nil, fmt.Errorf("objective %q: %w", name, err)
	}
	o := &Objective{}
	if err := ctx.RegisterComponentResourceV2("ladder:objective:Objective", name, record, o, opts...); err != nil {
		return nil, fmt.Errorf("objective %q: %w", name, err)
	}
	return o, ctx.RegisterResourceOutputs(o, record) // an analyzer sees a component's inputs or its outputs
}

// record is what policies read; its form is a contract with them.
func (a Args) record() (pulumi.Map, error) {
	text, err := json.Marshal(map[string]any{
		"phase": a.Phase, "traffic": a.Traffic, "waivers": append([]Waiver{}, a.Waivers...), "rules": a.Rules,
	})
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	return pulumi.ToMap(fields), nil
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	known := args.Phase >= 1 && args.Phase <= len(phase.Table)
	if known && args.Traffic == (traffic.Model{}) {
		args.Traffic = traffic.Default(args.Phase)
	}
	if args.Rules == nil {
		args.Rules = map[string]map[string]any{}
	}
	c := check.Of("objective", name)
	c.That(known, "Phase", args.Phase, fmt.Sprintf("the number of a phase, 1 to %d", len(phase.Table)))
	if known {
		for _, mistake := range args.Traffic.Mistakes() {
			c.That(false, "Traffic."+mistake.Field, mistake.Got, mistake.Want)
		}
	}
	for i, w := range args.Waivers {
		w.check(c, fmt.Sprintf("Waivers[%d].", i))
	}
	for _, id := range slices.Sorted(maps.Keys(args.Rules)) {
		c.That(id != "" && len(args.Rules[id]) > 0, fmt.Sprintf("Rules[%s]", id), args.Rules[id],
			"settings under the id of a rule, such as {level: advisory}")
	}
	return args, c.Err()
}

func (w Waiver) check(c *check.Args, field string) {
	c.Given(w.Rule != "", field+"Rule", "the id of the policy")
	c.Given(w.Resource != "", field+"Resource", "the name of the resource, or * for all")
	c.Given(w.Reason != "", field+"Reason", "why the policy does not hold here")
	c.Given(w.Owner != "", field+"Owner", "who answers for the exception")
	_, err := time.Parse(time.DateOnly, w.Expires)
	c.That(err == nil, field+"Expires", w.Expires, "the last day of the exception, as in 2027-03-31")
}
