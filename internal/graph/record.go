package graph

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/hashicorp/go-multierror"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ladder-iac/ladder/internal/facts"
)

// parallel is how many resources a program may register at a time; the result does not depend on it.
const parallel = 16

// account is the AWS account id that a recording pretends to be in; AWS's own examples use it.
const account = "123456789012"

// Record runs the program as run says and returns the resources it registers. Everything that a cloud would
// make up (ids, ARNs, addresses) is invented, stable for a URN. The error lists every mistake that the
// providers would find in the inputs.
func Record(program pulumi.RunFunc, run Run) (*Graph, error) {
	recorded, err := record(program, run, nil, nil)
	if err != nil {
		return nil, err
	}
	return recorded.graph(), nil
}

// recorder stands in for the Pulumi engine while a program runs.
type recorder struct {
	run   Run
	old   map[string]*node // what exists before; nil records from nothing, with everything known
	force map[string]bool  // URNs to replace because something they need is deleted first

	mu       sync.Mutex
	nodes    map[string]*node
	finished map[string]int // of Graph
	problems []error
}

// node is one registered resource with what the engine would know of it.
type node struct {
	Resource
	custom       bool
	provider     string               // URN
	inputs       resource.PropertyMap // secrets and unknowns kept
	outputs      resource.PropertyMap
	id           string
	op           facts.Kind // against old
	created      bool       // no old resource
	deleteFirst  bool       // a replacement deletes before it creates
	changed      []string
	was          string                            // URN of the old resource, differs after an alias
	propertyDeps map[resource.PropertyKey][]string // property -> URNs
}

func record(program pulumi.RunFunc, run Run, old map[string]*node, force map[string]bool) (*recorder, error) {
	r := &recorder{run: run, old: old, force: force, nodes: map[string]*node{}, finished: map[string]int{}}
	address, stop, err := r.serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	err = pulumi.RunErr(program, func(info *pulumi.RunInfo) {
		*info = pulumi.RunInfo{
			Project: run.Project, Stack: run.Stack, RootDirectory: run.Root, Organization: "organization",
			Config: run.Config, ConfigSecretKeys: run.SecretKeys,
			DryRun: old != nil, Parallel: parallel, MonitorAddr: address, EngineAddr: address,
		}
	})
	if len(r.problems) > 0 { // the run's own error repeats them once for each dependent
		sort.Slice(r.problems, func(i, j int) bool { return r.problems[i].Error() < r.problems[j].Error() })
		return nil, errors.Join(r.problems...)
	}
	return r, flat(err)
}

// flat takes away the numbered list that the SDK puts around a program's errors.
func flat(err error) error {
	if list, is := errors.AsType[*multierror.Error](err); is {
		return errors.Join(list.Errors...)
	}
	return err
}

// register settles a resource and keeps it; the mistakes it finds are kept, too.
func (r *recorder) register(rpc *pulumirpc.RegisterResourceRequest) (*node, error) {
	n, err := r.newNode(rpc)
	if err == nil {
		err = r.settle(n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && r.nodes[n.URN] != nil {
		err = fmt.Errorf("%s %q: registered twice (URN %s); give one of them another name", n.Type, n.Name, n.URN)
	}
	if err != nil {
		r.problems = append(r.problems, err)
		return nil, err
	}
	r.nodes[n.URN] = n
	return n, nil
}

func (r *recorder) newNode(rpc *pulumirpc.RegisterResourceRequest) (*node, error) {
	inputs, err := plugin.UnmarshalProperties(rpc.GetObject(), kept)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", rpc.GetType(), rpc.GetName(), err)
	}
	provider := urnOfProvider(rpc.GetProvider())
	n := &node{
		Resource: Resource{
			URN: r.urn(rpc.GetParent(), rpc.GetType(), rpc.GetName()), Type: rpc.GetType(), Name: rpc.GetName(),
			Options: Options{
				Protect: rpc.GetProtect(), RetainOnDelete: rpc.GetRetainOnDelete(),
				DeleteBeforeReplace: rpc.GetDeleteBeforeReplace(),
				IgnoreChanges:       rpc.GetIgnoreChanges(), ReplaceOnChanges: rpc.GetReplaceOnChanges(),
				DependsOn: sorted(rpc.GetDependencies()), Provider: provider,
			},
		},
		custom: rpc.GetCustom(), provider: provider, inputs: inputs,
		propertyDeps: map[resource.PropertyKey][]string{},
	}
	if resource.URN(rpc.GetParent()).QualifiedType() != resource.RootStackType {
		n.Parent = rpc.GetParent()
	}
	for _, alias := range rpc.GetAliases() {
		n.Options.Aliases = append(n.Options.Aliases, r.aliasURN(n, alias))
	}
	for key, deps := range rpc.GetPropertyDependencies() {
		n.propertyDeps[resource.PropertyKey(key)] = deps.GetUrns()
	}
	return n, nil
}

// place says where a resource of the given provider lives.
func (r *recorder) place(providerURN, seed string) facts.Place {
	place := facts.Place{Account: account, Region: r.run.Config["aws:region"], Seed: seed}
	r.mu.Lock()
	defer r.mu.Unlock()
	if provider, ok := r.nodes[providerURN]; ok {
		if region := provider.inputs["region"]; region.IsString() {
			place.Region = region.StringValue()
		}
		place.DefaultTags = facts.DefaultTags(provider.inputs)
	}
	return place
}

func (r *recorder) urn(parent, typ, name string) string {
	var parentType tokens.Type
	if urn := resource.URN(parent); parent != "" && urn.QualifiedType() != resource.RootStackType {
		parentType = urn.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(r.run.Stack), tokens.PackageName(r.run.Project),
		parentType, tokens.Type(typ), name))
}

// aliasURN resolves an alias as the engine does: what the alias leaves out is as the resource has it.
func (r *recorder) aliasURN(n *node, alias *pulumirpc.Alias) string {
	spec := alias.GetSpec()
	if spec == nil {
		return alias.GetUrn()
	}
	parent := n.Parent
	switch {
	case spec.GetNoParent():
		parent = ""
	case spec.GetParentUrn() != "":
		parent = spec.GetParentUrn()
	}
	return r.urn(parent, or(spec.GetType(), n.Type), or(spec.GetName(), n.Name))
}

// graph returns the public form.
func (r *recorder) graph() *Graph {
	g := &Graph{Stack: r.run.Stack, Finished: r.finished, Resources: make([]Resource, 0, len(r.nodes))}
	for _, n := range r.nodes {
		n.Inputs = plainMap(n.inputs)
		g.Resources = append(g.Resources, n.Resource)
	}
	sort.Slice(g.Resources, func(i, j int) bool { return g.Resources[i].URN < g.Resources[j].URN })
	return g
}

// urnOfProvider cuts the id off a provider reference, "urn::id".
func urnOfProvider(reference string) string {
	if at := strings.LastIndex(reference, "::"); at >= 0 {
		return reference[:at]
	}
	return reference
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func sorted(list []string) []string {
	result := append([]string(nil), list...)
	sort.Strings(result)
	return result
}
