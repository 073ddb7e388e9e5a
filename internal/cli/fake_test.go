package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
)

// fake deploys into a file and names what it is asked for, so that scripts can see it. The variable FAKE
// makes it fail: "no-cli", "policy" or "broken" (the server cannot be made).
type fake struct {
	engine.Options
	file string
}

func openFake(_ context.Context, o engine.Options) (engine.Stack, error) {
	f := &fake{Options: o, file: filepath.Join(o.Project.Root, "deployed."+o.Stack+".json")}
	if f.failing("no-cli") {
		return nil, engine.ErrNoCLI
	}
	if (o.Simulate != nil) != (len(f.providers()) > 0) {
		return nil, errors.New("simulation without providers")
	}
	return f, nil
}

func (f *fake) failing(how string) bool { return slices.Contains(f.Env, "FAKE="+how) }

func (f *fake) providers() []string {
	if f.Simulate == nil {
		return nil
	}
	return f.Simulate.Env
}

// wanted is what the program asks for now.
func (f *fake) wanted() (*graph.Graph, error) {
	stack, err := f.Project.Stack(f.Stack)
	if err != nil {
		return nil, err
	}
	maps.Copy(stack.Config, f.Overrides)
	return graph.Record(f.Program, graph.Run{
		Project: f.Project.Name, Stack: f.Stack, Root: f.Project.Root, Config: stack.Config,
	})
}

// deployed is what the last up left; nil when there was none.
func (f *fake) deployed() (*graph.Graph, error) {
	data, err := os.ReadFile(f.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	g := &graph.Graph{}
	return g, errors.Join(err, json.Unmarshal(data, g))
}

// steps compares two graphs; a changed zone replaces.
func (f *fake) steps(old, now *graph.Graph) *engine.Result {
	result := &engine.Result{Stack: f.Stack, Outputs: map[string]any{}}
	before := map[string]graph.Resource{}
	if old != nil {
		for _, r := range old.Resources {
			before[r.URN] = r
		}
	}
	for _, r := range now.Resources {
		step := engine.ResourceStep{URN: r.URN, Type: r.Type, Name: r.Name, Op: engine.OpSame}
		was, exists := before[r.URN]
		delete(before, r.URN)
		for key, value := range r.Inputs {
			if fmt.Sprint(value) != fmt.Sprint(was.Inputs[key]) {
				step.Changed = append(step.Changed, key)
			}
		}
		slices.Sort(step.Changed)
		switch {
		case !exists:
			step.Op, step.Changed = engine.OpCreate, nil
		case slices.Contains(step.Changed, "availabilityZone"):
			step.Op = engine.OpReplace
		case len(step.Changed) > 0:
			step.Op = engine.OpUpdate
		}
		result.Resources = append(result.Resources, step)
	}
	for _, r := range before {
		step := engine.ResourceStep{URN: r.URN, Type: r.Type, Name: r.Name, Op: engine.OpDelete}
		result.Resources = append(result.Resources, step)
	}
	slices.SortFunc(result.Resources, func(a, b engine.ResourceStep) int { return strings.Compare(a.URN, b.URN) })
	count(result)
	return result
}

func count(result *engine.Result) {
	result.Steps = engine.Steps{}
	for _, r := range result.Resources {
		field := map[string]*int{
			engine.OpSame: &result.Steps.Same, engine.OpCreate: &result.Steps.Create, engine.OpUpdate: &result.Steps.Update,
			engine.OpReplace: &result.Steps.Replace, engine.OpDelete: &result.Steps.Delete,
		}[r.Op]
		*field++
	}
	result.Changes = len(result.Resources) - result.Steps.Same
}

func (f *fake) plan() (*engine.Result, *graph.Graph, error) {
	if f.failing("policy") {
		return nil, nil, fmt.Errorf("%w: web-server: no public address is allowed", engine.ErrPolicy)
	}
	old, err := f.deployed()
	if err != nil {
		return nil, nil, err
	}
	now, err := f.wanted()
	if err != nil {
		return nil, nil, err
	}
	return f.steps(old, now), now, nil
}

// Preview implements engine.Stack. Like the real one it wants an existing stack on AWS.
func (f *fake) Preview(context.Context) (*engine.Result, error) {
	old, err := f.deployed()
	if err == nil && old == nil && f.Simulate == nil {
		err = engine.ErrNoStack
	}
	if err != nil {
		return nil, err
	}
	result, _, err := f.plan()
	return result, err
}

// Up implements engine.Stack.
func (f *fake) Up(context.Context) (*engine.Result, error) {
	result, now, err := f.plan()
	if err != nil {
		return nil, err
	}
	f.report(result)
	if f.failing("broken") {
		result.Resources = slices.DeleteFunc(result.Resources, func(r engine.ResourceStep) bool { return r.Name == "web-server" })
		count(result)
		return result, &engine.OperationError{Op: "up", Stack: f.Stack, Problems: []engine.Problem{
			{URN: "urn:pulumi:small::demo::aws:ec2/instance:Instance::web-server", Message: "InsufficientInstanceCapacity"},
		}}
	}
	result.Outputs = map[string]any{"address": "203.0.113.10", "password": "[secret]", "ports": []int{80, 443}}
	data, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	return result, os.WriteFile(f.file, data, 0o600)
}

func (f *fake) report(result *engine.Result) {
	for _, r := range result.Resources {
		e := engine.Event{URN: r.URN, Type: r.Type, Name: r.Name, Op: r.Op}
		if r.Op != engine.OpSame {
			f.Events(e)
		}
		e.Stage = engine.Done
		if f.failing("broken") && r.Name == "web-server" {
			e.Stage, e.Error = engine.Failed, true
		}
		f.Events(e)
	}
}

// killed is a file in the project that says that an update was killed.
func (f *fake) killed() string { return filepath.Join(f.Project.Root, "killed") }

// Refresh implements engine.Stack: a file named drift in the project says that the server was changed. It settles what
// a killed update left.
func (f *fake) Refresh(context.Context) (*engine.Result, error) {
	for urn, id := range f.Adopt {
		f.Events(engine.Event{Stage: engine.Note, Message: urn + " is adopted as " + id})
	}
	if err := os.Remove(f.killed()); err == nil {
		return &engine.Result{Stack: f.Stack}, nil
	}
	old, err := f.deployed()
	if err != nil || old == nil {
		return nil, errors.Join(err, engine.ErrNoStack)
	}
	now := &graph.Graph{}
	if _, err := os.Stat(filepath.Join(f.Project.Root, "drift")); err == nil {
		for _, r := range old.Resources {
			if r.Name == "web-server" {
				r.Inputs = map[string]any{"instanceType": "t4g.huge"}
			}
			now.Resources = append(now.Resources, r)
		}
		return f.steps(old, now), nil
	}
	return f.steps(old, old), nil
}

// Destroy implements engine.Stack.
func (f *fake) Destroy(context.Context, bool) (*engine.Result, error) {
	old, err := f.deployed()
	if err != nil || old == nil {
		return nil, errors.Join(err, engine.ErrNoStack)
	}
	result := f.steps(old, &graph.Graph{})
	f.report(result)
	return result, os.Remove(f.file)
}

// Outputs implements engine.Stack.
func (f *fake) Outputs(context.Context) (map[string]any, error) {
	old, err := f.deployed()
	if err != nil || old == nil {
		return nil, errors.Join(err, engine.ErrNoStack)
	}
	return map[string]any{"address": "203.0.113.10", "password": "[secret]", "ports": []int{80, 443}}, nil
}

// State implements engine.Stack.
func (f *fake) State(context.Context) (*engine.State, error) {
	old, err := f.deployed()
	state := &engine.State{}
	if _, err := os.Stat(f.killed()); err == nil {
		state.Pending = []engine.Pending{{Name: "web-server", Op: "updating"}}
	}
	if err != nil || old == nil {
		return state, err
	}
	for _, r := range old.Resources {
		state.Resources = append(state.Resources, engine.StateResource{
			URN: r.URN, Type: r.Type, Name: r.Name, Protect: r.Options.Protect, Retain: r.Options.RetainOnDelete,
		})
	}
	return state, nil
}
