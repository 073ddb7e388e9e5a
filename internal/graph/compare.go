package graph

import (
	"fmt"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/internal/facts"
)

// Compare says what an update of the stack that from describes would do if the stack were configured as to
// is. It predicts what the engine's preview says: same facts, same rules for unknown values, replacement and
// order of deletion.
func Compare(program pulumi.RunFunc, from, to Run) (*Diff, error) {
	diff := &Diff{From: from.Stack, To: to.Stack}
	before, err := record(program, from, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.Stack, err)
	}
	to.Stack = from.Stack // the stack's name is part of every URN
	force := map[string]bool{}
	for {
		after, err := record(program, to, before.nodes, force)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", diff.To, err)
		}
		if !after.deletedFirst(force) {
			diff.fill(before, after)
			return diff, nil
		}
	}
}

// deletedFirst adds the resources that must be replaced because something they cannot live without is deleted
// before its replacement exists. It reports whether it found any that force did not hold.
func (r *recorder) deletedFirst(force map[string]bool) bool {
	grown := false
	for _, root := range r.nodes {
		if root.op != facts.Replace || !root.deleteFirst {
			continue
		}
		gone := map[string]bool{root.was: true}
		for spread := true; spread; {
			spread = false
			for urn, old := range r.old {
				if !gone[urn] && old.custom && r.fallsWith(old, gone) {
					gone[urn], spread = true, true
					if now := r.claimant(urn); now != nil && now.op != facts.Replace && !force[now.URN] {
						force[now.URN], grown = true, true
					}
				}
			}
		}
	}
	return grown
}

// fallsWith says whether a resource would be replaced if what it takes from the gone ones were unknown.
func (r *recorder) fallsWith(old *node, gone map[string]bool) bool {
	typ, err := facts.Lookup(old.Type)
	if err != nil {
		return false // a provider: settled by itself
	}
	inputs, touched := old.inputs.Copy(), false
	for key, urns := range old.propertyDeps {
		for _, urn := range urns {
			if _, given := inputs[key]; given && gone[urn] {
				inputs[key], touched = resource.MakeComputed(resource.NewProperty("")), true
			}
		}
	}
	return touched && typ.Diff(old.inputs, old.outputs, inputs).Kind == facts.Replace
}

// claimant returns the resource that continues the old one.
func (r *recorder) claimant(oldURN string) *node {
	for _, n := range r.nodes {
		if n.was == oldURN {
			return n
		}
	}
	return nil
}

func (d *Diff) fill(before, after *recorder) {
	claimed := map[string]bool{}
	for _, n := range after.nodes {
		claimed[n.was] = true
		switch {
		case n.created:
			d.Create = append(d.Create, n.change())
		case n.op == facts.Update:
			d.Update = append(d.Update, n.change())
		case n.op == facts.Replace:
			d.Replace = append(d.Replace, n.change())
		default:
			d.Same = append(d.Same, n.URN)
		}
	}
	for urn, n := range before.nodes {
		if !claimed[urn] {
			d.Delete = append(d.Delete, n.change())
		}
	}
	sort.Strings(d.Same)
	for _, list := range []*[]Change{&d.Create, &d.Update, &d.Replace, &d.Delete} {
		if *list == nil {
			*list = []Change{} // an empty list in JSON, not null
		}
		sort.Slice(*list, func(i, j int) bool { return (*list)[i].URN < (*list)[j].URN })
	}
	if d.Same == nil {
		d.Same = []string{}
	}
}

func (n *node) change() Change {
	return Change{
		URN: n.URN, Type: n.Type, Name: n.Name, Changed: n.changed,
		Stateful: Stateful(n.Type), Protected: n.Options.Protect, Retained: n.Options.RetainOnDelete,
	}
}

// Stateful says whether resources of a type hold data that cannot be made again.
func Stateful(token string) bool {
	typ, err := facts.Lookup(token)
	return err == nil && typ.Stateful()
}
